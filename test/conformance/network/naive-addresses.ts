/** Addresses by textbook: every address is a number of 128 bits with its family. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

export interface Block {
  readonly family: 4 | 6
  readonly bits: number
  readonly first: bigint
  readonly last: bigint
}

export function addressOf(text: string): Address {
  if (!text.includes(':'))
    return { family: 4, value: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) }
  const [head, tail] = text.split('::')
  const before = head === '' ? [] : head!.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0')
  const groups = [...before, ...middle, ...after]
  return { family: 6, value: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) }
}

export function blockOf(text: string): Block {
  const [address, bits] = text.split('/')
  const { family, value } = addressOf(address!)
  const size = 2n ** BigInt((family === 4 ? 32 : 128) - Number(bits))
  const first = value - (value % size)
  return { family, bits: Number(bits), first, last: first + size - 1n }
}

export function isInside(address: Address, block: Block): boolean {
  return address.family === block.family && address.value >= block.first && address.value <= block.last
}
