import type { ObjectRef } from '../../model/subject.ts'
import { type Objection, pointedAt } from './draft.ts'
import { canonicalText } from './element-key.ts'
import type { Deferred, Draft, Group } from './facts.ts'

const gravity = { pass: 0, unknown: 1, fail: 2 }

/** What was answered about the pods and workloads of one controller. Replicas that say the same are kept once. */
export class OpenGroup {
  private readonly owner: ObjectRef
  private readonly behind: ObjectRef | undefined
  private readonly verdicts = new Map<number, 'pass' | 'unknown' | 'fail'>()
  /** By rule, what the replicas said so far, as one. */
  private readonly known = new Map<number, Draft>()
  /** What each of them added: another part of the scan may have an earlier word on some of it. */
  private readonly drafts: Draft[] = []
  private readonly deferred = new Map<string, Deferred>()
  private readonly prints = new Set<string>()

  constructor(owner: ObjectRef, behind: ObjectRef | undefined) {
    this.owner = owner
    this.behind = behind
  }

  raise(rule: number, verdict: 'pass' | 'unknown' | 'fail'): void {
    const known = this.verdicts.get(rule)
    if (known === undefined || gravity[verdict] > gravity[known]) this.verdicts.set(rule, verdict)
  }

  /** Whether no replica with this digest was asked before; from now on one was. */
  isNew(digest: string): boolean {
    const short = digest.slice(0, 24)
    if (this.prints.has(short)) return false
    this.prints.add(short)
    return true
  }

  /** True where a replica has said it already, about every element. */
  knows(rule: number, answer: Objection): boolean {
    const known = this.known.get(rule)
    if (known === undefined) return false
    if (answer.kind === 'unknown' || known.verdict === 'unknown')
      return known.verdict === 'fail' || answer.kind === 'unknown'
    return pointedAt(answer.causes).every(({ key }) => known.elements.some(element => element.key === key))
  }

  add(draft: Draft): void {
    const known = this.known.get(draft.rule)
    this.known.set(draft.rule, known === undefined ? draft : joined(known, draft))
    this.drafts.push(draft)
  }

  defer(deferred: Deferred): void {
    // Pods of one template are alike in all that a policy reads, except for their names.
    const { metadata: _metadata, ...rest } = deferred.object
    const alike = `${deferred.policy} ${canonicalText(rest)}`
    if (!this.deferred.has(alike)) this.deferred.set(alike, deferred)
  }

  closed(): Group {
    return {
      owner: this.owner,
      behind: this.behind,
      verdicts: [...this.verdicts],
      drafts: this.drafts,
      deferred: [...this.deferred.values()],
    }
  }
}

/** One draft of two about the same rule: the graver one, or both with all elements. */
export function joined(a: Draft, b: Draft): Draft {
  if (a.verdict !== b.verdict) return a.verdict === 'fail' ? a : b
  const added = b.elements.filter(element => !a.elements.some(({ key }) => key === element.key))
  if (added.length === 0) return a
  const evidence = [
    ...a.evidence,
    ...b.evidence.filter(one => !a.evidence.some(({ pointer }) => pointer === one.pointer)),
  ]
  const message = a.message === b.message ? a.message : `${a.message}; ${b.message}`
  return { ...a, message, elements: [...a.elements, ...added], evidence, fromPod: a.fromPod && b.fromPod }
}
