import type { CodePoints } from './code-points.ts'
import { MATCH, type Program, READ } from './program.ts'

/**
 * How far a search may leap where no match has begun (the bad character rule of Horspool, for sets): `shifts` says for
 * the ASCII character that ends a window of `reach` characters how many places from the window's start on no match
 * can begin. Other characters allow the whole reach; a reach of 0 allows no leaps.
 */
export interface Leaps {
  readonly reach: number
  readonly shifts: Uint8Array
}

export function leapsOf(program: Program): Leaps {
  const windows = leadingSets(program)
  const reach = windows.length
  const shifts = new Uint8Array(128).fill(reach)
  windows.forEach((sets, place) => {
    for (const set of sets)
      for (let i = 0; i < set.length; i += 2) shifts.fill(reach - 1 - place, set[i], set[i + 1]! + 1)
  })
  return { reach, shifts }
}

/** Longer windows leap no further in texts as short as names and commands. */
const MAX_REACH = 8

/**
 * What can stand at each of the first places of a match, as long as every match has that place and has ASCII there: a
 * place counts in UTF-16 units only after characters of one unit.
 */
function leadingSets(program: Program): readonly (readonly CodePoints[])[] {
  const leading: CodePoints[][] = []
  let places = reachable(program, [program.start])
  while (leading.length < MAX_REACH && !places.has(0)) {
    const readers = [...places].filter(node => program.kinds[node] === READ)
    const sets = readers.map(node => program.sets[node]!)
    if (sets.some(set => set.at(-1)! > 0x7f)) break
    leading.push(sets)
    places = reachable(
      program,
      readers.map(node => program.next[node]!),
    )
  }
  return leading
}

/** The nodes that the given ones lead to without reading, as if every assertion held. Node 0 is the match. */
function reachable(program: Program, from: readonly number[]): ReadonlySet<number> {
  const nodes = new Set(from)
  for (const node of nodes) {
    const kind = program.kinds[node]
    if (kind === READ || kind === MATCH) continue
    nodes.add(program.next[node]!)
    if (kind === 'fork') nodes.add(program.other[node]!)
  }
  return nodes
}
