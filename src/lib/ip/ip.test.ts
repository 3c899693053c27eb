import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../../test/random.ts'
import { parseCidr, parseIp, printIp } from './address.ts'
import {
  type AddressRanges,
  addressRanges,
  intersectRanges,
  minimalCover,
  rangesHold,
  rangesOfCidrs,
  subtractRanges,
} from './address-ranges.ts'

for (const [text, printed] of [
  ['10.0.0.1', '10.0.0.1'],
  ['010.000.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['fd00:EC2::254', 'fd00:ec2::254'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
] as const) {
  test(`${text} is the address ${printed}`, () => {
    const address = parseIp(text)!

    assert.equal(printIp(address.family, address.value), printed)
  })
}

for (const text of [
  '',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.1.2',
  '10..0.1',
  '1.2.3.4 ',
  'fe80::1%eth0',
  ':::',
  '12345::',
  '10',
]) {
  test(`${JSON.stringify(text)} is no address`, () => {
    assert.equal(parseIp(text), undefined)
  })
}

for (const text of [
  '10.10.0.0/0#example',
  '10.0.0.0',
  '10.0.0.0/33',
  '10.0.0.0/',
  '/8',
  '::/129',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
]) {
  test(`${text} is no CIDR`, () => {
    assert.equal(parseCidr(text), undefined)
  })
}

test('host bits of a CIDR are cleared and told', () => {
  const cidr = parseCidr('10.10.0.0/0')!

  assert.deepEqual([cidr.from, cidr.to, cidr.bits, cidr.hasHostBits], [0, 0xffffffff, 0, true])
})

test('a mapped IPv4 block is the IPv4 block', () => {
  const cidr = parseCidr('::ffff:10.0.0.0/104')!

  assert.deepEqual([cidr.family, cidr.bits, printIp(4, cidr.to)], [4, 8, '10.255.255.255'])
})

test('the algebra of ranges agrees with bitmaps over a window of addresses', () => {
  const random = new SeededRandom(11)
  const window = 64
  const draw = (): AddressRanges =>
    addressRanges(
      4,
      Array.from({ length: random.below(6) }, () => {
        const from = random.below(window)
        return { from, to: Math.min(window - 1, from + random.below(9)) }
      }),
    )
  for (let round = 0; round < 3000; round++) {
    const [a, b] = [draw(), draw()]
    const [both, less] = [intersectRanges(a, b), subtractRanges(a, b)]
    for (let value = 0; value < window; value++) {
      assert.equal(rangesHold(both, value), rangesHold(a, value) && rangesHold(b, value))
      assert.equal(rangesHold(less, value), rangesHold(a, value) && !rangesHold(b, value))
    }
  }
})

test('a minimal cover holds exactly its addresses and no shorter list of prefixes does', () => {
  const random = new SeededRandom(12)
  for (let round = 0; round < 500; round++) {
    const from = random.below(200)
    const ranges = addressRanges(4, [{ from, to: from + random.below(200) }])
    const cover = minimalCover(ranges).map(text => parseCidr(text)!)

    assert.deepEqual(rangesOfCidrs(4, cover), ranges)
    // Two neighbours of equal length that share their parent would be one prefix.
    for (const [i, cidr] of cover.entries()) {
      const next = cover[i + 1]
      if (next !== undefined && next.bits === cidr.bits)
        assert.notEqual(Number(cidr.from) % 2 ** (33 - cidr.bits), 0, `${from}`)
    }
  }
})

test('everything of a family is one prefix', () => {
  assert.deepEqual(minimalCover({ family: 6, ranges: [{ from: 0n, to: (1n << 128n) - 1n }] }), ['::/0'])
})
