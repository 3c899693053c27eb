import { type DraftStore, wholeObject } from './draft-store.ts'
import { Labels } from './labels.ts'
import type { PlannedRule, PolicyPlan } from './plan.ts'
import type { VerdictCounts } from './verdict-counts.ts'

/** What remains of drafts after the weaker rules gave way. */
export interface Remains {
  /** Whether another draft reports an element, by the number of the element. */
  isAbsorbed(element: number): boolean
  labels(index: number): Labels
}

/**
 * Leaves out elements that a stronger rule reports as well, and findings of which nothing remains. What stays bears the
 * other names and frameworks of what it hides: a control that failed is named, whichever rule tells it.
 */
export function withoutAbsorbed(drafts: DraftStore, plan: PolicyPlan, counts: VerdictCounts): Remains {
  const absorption = new Absorption(drafts, plan.rules, counts)
  if (plan.rules.some(rule => rule.absorbedBy.length > 0)) absorption.run()
  return absorption
}

class Absorption implements Remains {
  private readonly drafts: DraftStore
  private readonly rules: readonly PlannedRule[]
  private readonly counts: VerdictCounts
  private readonly absorbed: Uint8Array
  private readonly joined = new Map<number, Labels>()
  /** 1 for rules that make others redundant. */
  private readonly isStrong: Uint8Array
  /** Of one object: the failures of strong rules by rule, -1 where there is none. */
  private readonly strong: Int32Array
  /** By key: the latest set of keys that holds it. */
  private readonly marks: Int32Array
  private mark = 0

  constructor(drafts: DraftStore, rules: readonly PlannedRule[], counts: VerdictCounts) {
    this.drafts = drafts
    this.rules = rules
    this.counts = counts
    this.absorbed = new Uint8Array(drafts.elementCount)
    this.isStrong = new Uint8Array(rules.length)
    for (const { absorbedBy } of rules) for (const rule of absorbedBy) this.isStrong[rule] = 1
    this.strong = new Int32Array(rules.length).fill(-1)
    this.marks = new Int32Array(drafts.keyCount)
  }

  isAbsorbed(element: number): boolean {
    return this.absorbed[element] === 1
  }

  labels(index: number): Labels {
    return this.joined.get(index) ?? Labels.of(this.rules[this.drafts.rule(index)]!)
  }

  /** Goes object by object: a rule gives way to another one about the same object only. */
  run(): void {
    const { drafts } = this
    const order = byObject(drafts)
    for (let from = 0, to = 0; from < order.length; from = to) {
      const object = drafts.object(order[from]!)
      while (to < order.length && drafts.object(order[to]!) === object) to++
      this.absorb(order.subarray(from, to))
    }
  }

  private absorb(indexes: Int32Array): void {
    const { drafts, strong } = this
    let isAny = false
    for (const index of indexes) {
      if (this.isStrong[drafts.rule(index)] === 0 || !drafts.isFailure(index)) continue
      strong[drafts.rule(index)] = index
      isAny = true
    }
    if (!isAny) return
    /** By the draft that is hidden, in part or whole: the drafts that hide it. */
    const hiders = new Map<number, readonly number[]>()
    for (const index of indexes) {
      if (!drafts.isFailure(index)) continue
      const hiding = this.rules[drafts.rule(index)]!.absorbedBy.map(rule => strong[rule]!).filter(
        by => by >= 0 && this.hide(index, by),
      )
      if (hiding.length === 0) continue
      hiders.set(index, hiding)
      if (this.isHidden(index)) this.counts.add(drafts.rule(index), 'fail', -1)
    }
    for (const index of hiders.keys()) {
      const rule = this.rules[drafts.rule(index)]!
      for (const by of hidersOf(index, hiders)) this.joined.set(by, this.labels(by).with(rule))
    }
    for (const index of indexes) strong[drafts.rule(index)] = -1
  }

  /** Leaves out the elements that `by` reports as well; false where there are none. */
  private hide(index: number, by: number): boolean {
    const { drafts, marks, absorbed } = this
    const mark = ++this.mark
    for (let element = drafts.elementsFrom(by); element < drafts.elementsTo(by); element++)
      marks[drafts.keyOf(element)] = mark
    // A stronger finding about the object as a whole covers all its elements.
    const isWhole = marks[wholeObject] === mark
    let isAny = false
    for (let element = drafts.elementsFrom(index); element < drafts.elementsTo(index); element++) {
      if (!isWhole && marks[drafts.keyOf(element)] !== mark) continue
      absorbed[element] = 1
      isAny = true
    }
    return isAny
  }

  private isHidden(index: number): boolean {
    for (let element = this.drafts.elementsFrom(index); element < this.drafts.elementsTo(index); element++) {
      if (this.absorbed[element] === 0) return false
    }
    return true
  }
}

/** The indexes of drafts, those about one object together and as they came: sorted by counting, numbers are dense. */
function byObject(drafts: DraftStore): Int32Array {
  let objects = 0
  for (let i = 0; i < drafts.length; i++) objects = Math.max(objects, drafts.object(i) + 1)
  const next = new Int32Array(objects + 1)
  for (let i = 0; i < drafts.length; i++) next[drafts.object(i) + 1]!++
  for (let object = 1; object < objects; object++) next[object]! += next[object - 1]!
  const order = new Int32Array(drafts.length)
  for (let i = 0; i < drafts.length; i++) order[next[drafts.object(i)]!++] = i
  return order
}

/** What hides a draft, and what hides that in its turn. */
function hidersOf(index: number, hiders: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const found = new Set<number>()
  const open = [...(hiders.get(index) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue
    found.add(next)
    open.push(...(hiders.get(next) ?? []))
  }
  return found
}
