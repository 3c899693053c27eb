/** A set of code points: the first and the last of each range, ascending, neither overlapping nor touching. */
export type CodePoints = readonly number[]

export const MAX_CODE_POINT = 0x10ffff

export const ANYTHING: CodePoints = [0, MAX_CODE_POINT]
export const NEWLINE: CodePoints = [0x0a, 0x0a]
export const DIGITS: CodePoints = [0x30, 0x39]
export const WORD: CodePoints = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]

export function includes(set: CodePoints, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (codePoint <= set[i + 1]!) return codePoint >= set[i]!
  return false
}

/** The set of the given ranges, which may come in any order and overlap. */
export function unionOf(ranges: readonly number[]): CodePoints {
  if (ranges.length <= 2) return ranges
  const pairs: [number, number][] = []
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!])
  pairs.sort((a, b) => a[0] - b[0])
  const set: number[] = []
  for (const [low, high] of pairs) {
    const last = set.length - 1
    if (last > 0 && low <= set[last]! + 1) set[last] = Math.max(set[last]!, high)
    else set.push(low, high)
  }
  return set
}

export function complementOf(set: CodePoints): CodePoints {
  const rest: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    if (next < set[i]!) rest.push(next, set[i]! - 1)
    next = set[i + 1]! + 1
  }
  if (next <= MAX_CODE_POINT) rest.push(next, MAX_CODE_POINT)
  return rest
}

/** The set of ASCII characters with both cases of its letters, and what else folds to them. */
export function caseFolded(set: CodePoints): CodePoints {
  if (set.length === 2 && set[0] === set[1] && !isLetter(set[0]!)) return set
  const ranges = [...set]
  for (let i = 0; i < set.length; i += 2) {
    addShifted(ranges, set[i]!, set[i + 1]!, 0x41, 0x5a, 0x20)
    addShifted(ranges, set[i]!, set[i + 1]!, 0x61, 0x7a, -0x20)
  }
  // Unicode folds the sign for kelvin to k and the long s to s; no other character beyond ASCII folds into it.
  if (includes(set, 0x4b) || includes(set, 0x6b)) ranges.push(0x212a, 0x212a)
  if (includes(set, 0x53) || includes(set, 0x73)) ranges.push(0x17f, 0x17f)
  return unionOf(ranges)
}

function isLetter(ascii: number): boolean {
  return (ascii | 0x20) >= 0x61 && (ascii | 0x20) <= 0x7a
}

function addShifted(to: number[], low: number, high: number, first: number, last: number, by: number): void {
  const from = Math.max(low, first)
  const until = Math.min(high, last)
  if (from <= until) to.push(from + by, until + by)
}
