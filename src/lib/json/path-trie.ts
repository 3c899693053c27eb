import type { JsonPath } from './json-value.ts'

/** Offsets of a place in a text: a map entry by its key, a list entry by its item. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

/** Paths that share their beginnings; `at` holds the numbers of those that end in this place. */
export interface PathTrie {
  readonly at: number[]
  readonly next: Map<string | number, PathTrie>
}

export function pathTrieOf(paths: readonly JsonPath[]): PathTrie {
  const root: PathTrie = { at: [], next: new Map() }
  paths.forEach((path, number) => {
    let place = root
    for (const step of path) {
      let next = place.next.get(step)
      if (next === undefined) {
        next = { at: [], next: new Map() }
        place.next.set(step, next)
      }
      place = next
    }
    place.at.push(number)
  })
  return root
}

/** Gives the span to the paths that end here and, until something nearer is found, to all that go on. */
export function settlePaths(place: PathTrie, span: TextSpan, spans: TextSpan[]): void {
  for (const number of place.at) spans[number] = span
  for (const next of place.next.values()) settlePaths(next, span, spans)
}
