import type { Finding } from '../../model/finding.ts'
import { type FileLines, inPlaceOrder, type ShownFindings } from './share-result.ts'

/**
 * What several threads found, file by file, in the order in which one thread alone would give it. One thread may have to
 * say something of a file that another one read: of the pods of a controller, for example.
 */
export function joinedShares(shares: readonly ShownFindings[]): {
  readonly findings: readonly (readonly [file: number, findings: readonly Finding[]])[]
  readonly lines: readonly FileLines[]
} {
  return {
    findings: joined(
      shares.map(({ findings }) => findings),
      parts => inPlaceOrder(parts.flat(), () => 0),
    ),
    lines: joined(
      shares.map(({ lines }) => lines ?? []),
      linesInPlaceOrder,
    ),
  }
}

function joined<T>(
  shares: readonly (readonly (readonly [file: number, part: T])[])[],
  merge: (parts: readonly T[]) => T,
): (readonly [file: number, part: T])[] {
  const entries = shares.flatMap((share, from) => share.map(([file, part]) => ({ file, part, from })))
  entries.sort((a, b) => a.file - b.file)
  const result: (readonly [number, T])[] = []
  for (let start = 0, end = 0; start < entries.length; start = end) {
    const { file, from } = entries[start]!
    let isFromOne = true
    for (; end < entries.length && entries[end]!.file === file; end++)
      if (entries[end]!.from !== from) isFromOne = false
    const parts = entries.slice(start, end).map(({ part }) => part)
    if (isFromOne) for (const part of parts) result.push([file, part])
    else result.push([file, merge(parts)])
  }
  return result
}

function linesInPlaceOrder(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const texts = parts.flatMap(part => new TextDecoder().decode(part).split('\n').slice(0, -1))
  const lines = new Map(texts.map(text => [JSON.parse(text) as Finding, text]))
  const ordered = inPlaceOrder([...lines.keys()], () => 0).map(finding => `${lines.get(finding)}\n`)
  return new TextEncoder().encode(ordered.join(''))
}
