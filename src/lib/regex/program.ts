import type { CodePoints } from './code-points.ts'
import type { Assertion, Syntax } from './syntax.ts'

/**
 * A nondeterministic automaton after Thompson. Nodes are numbers; the columns hold what each is and where it leads.
 */
export interface Program {
  readonly start: number
  readonly kinds: readonly NodeKind[]
  /** Where a node leads; 0 from the match. */
  readonly next: readonly number[]
  /** Where a fork leads else. */
  readonly other: readonly number[]
  /** What a reading node takes. */
  readonly sets: readonly CodePoints[]
}

/** `MATCH` is node 0; `READ` takes one code point, `FORK` goes both ways, the others are assertions. */
export type NodeKind = typeof MATCH | typeof READ | typeof FORK | Assertion

export const MATCH = 'match'
export const READ = 'read'
export const FORK = 'fork'

/** The program of a pattern; `undefined` if it would be larger than the bound. */
export function programOf(syntax: Syntax): Program | undefined {
  const writer = new Writer()
  const start = writer.write(syntax, 0)
  return writer.work > MAX_WORK ? undefined : { start, ...writer }
}

/** Bounds the nodes, and the time to write them: what one text costs is at most its length times the nodes. */
const MAX_WORK = 3000

const NOTHING: CodePoints = []

class Writer {
  readonly kinds: NodeKind[] = [MATCH]
  readonly next: number[] = [0]
  readonly other: number[] = [0]
  readonly sets: CodePoints[] = [NOTHING]
  work = 0

  /** Writes what is matched before `next`; the node where it starts. */
  write(syntax: Syntax, next: number): number {
    if (++this.work > MAX_WORK) return next
    switch (syntax.kind) {
      case 'one of':
        return this.node(READ, next, 0, syntax.set)
      case 'assertion':
        return this.node(syntax.assertion, next)
      case 'sequence':
        return syntax.parts.reduceRight((after, part) => this.write(part, after), next)
      case 'choice':
        return syntax.options
          .map(option => this.write(option, next))
          .reduceRight((rest, option) => this.node(FORK, option, rest))
      case 'repetition':
        return this.repetition(syntax.of, syntax.min, syntax.max, next)
    }
  }

  private repetition(part: Syntax, min: number, max: number, next: number): number {
    let start = next
    let required = min
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.node(FORK, next, next)
      const body = this.write(part, loop)
      this.next[loop] = body
      // The body leads to the loop: entered there, it is matched at least once.
      start = min === 0 ? loop : body
      required = Math.max(0, min - 1)
    } else
      for (let i = min; i < max && this.work <= MAX_WORK; i++) start = this.node(FORK, this.write(part, start), next)
    for (let i = 0; i < required && this.work <= MAX_WORK; i++) start = this.write(part, start)
    return start
  }

  private node(kind: NodeKind, next: number, other = 0, set = NOTHING): number {
    this.kinds.push(kind)
    this.next.push(next)
    this.other.push(other)
    this.sets.push(set)
    return this.kinds.length - 1
  }
}
