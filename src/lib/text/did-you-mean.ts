/**
 * The candidates that `word` was probably meant to be, nearest first, at most three. Nothing where nothing is near: a
 * wrong guess is worse than none.
 */
export function didYouMean(word: string, candidates: Iterable<string>): readonly string[] {
  const wanted = word.toLowerCase().slice(0, longest)
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const near: { readonly candidate: string; readonly distance: number }[] = []
  for (const candidate of new Set(candidates)) {
    const lower = candidate.toLowerCase()
    if (Math.abs(lower.length - wanted.length) > limit && !lower.startsWith(wanted)) continue
    // A beginning that was typed is as good as one slip, whatever is missing behind it.
    const isPrefix = wanted.length >= 3 && lower.startsWith(wanted)
    const distance = isPrefix ? Math.min(1, lower.length - wanted.length) : editDistance(wanted, lower)
    if (distance <= limit) near.push({ candidate, distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, 3).map(entry => entry.candidate)
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours
 * each count one.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(before, j - 2) + 1)
      current.push(best)
    }
    before = previous
    previous = current
  }
  return at(previous, b.length)
}

/** Words are untrusted: beyond this length they are compared by their beginning only. */
const longest = 64

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
