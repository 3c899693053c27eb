import type { Draft } from './facts.ts'
import type { PolicyPlan } from './plan.ts'
import type { VerdictCounts } from './verdict-counts.ts'

/**
 * Leaves out elements that a stronger rule reports as well, and findings of which nothing remains. What stays bears the
 * other names and frameworks of what it hides: a control that failed is named, whichever rule tells it.
 */
export function withoutAbsorbed(drafts: readonly Draft[], plan: PolicyPlan, counts: VerdictCounts): readonly Draft[] {
  if (plan.rules.every(rule => rule.absorbedBy.length === 0)) return drafts
  const strong = new Set(plan.rules.flatMap(rule => rule.absorbedBy))
  const stronger = new Map<string, { readonly index: number; readonly keys: ReadonlySet<string> }>()
  for (const [index, draft] of drafts.entries()) {
    if (!strong.has(draft.rule) || draft.verdict !== 'fail') continue
    const keys = new Set(draft.elements.map(element => element.key))
    stronger.set(`${draft.rule} ${draft.object}`, { index, keys })
  }
  const remaining: (Draft | undefined)[] = [...drafts]
  /** By the draft that is hidden, in part or whole: the drafts that hide it. */
  const hiders = new Map<number, readonly number[]>()
  for (const [index, draft] of drafts.entries()) {
    if (draft.verdict !== 'fail') continue
    const covering = plan.rules[draft.rule]!.absorbedBy.flatMap(rule => stronger.get(`${rule} ${draft.object}`) ?? [])
    if (covering.length === 0) continue
    // A stronger finding about the object as a whole covers all its elements.
    const covers = (keys: ReadonlySet<string>, key: string): boolean => keys.has('') || keys.has(key)
    const elements = draft.elements.filter(({ key }) => !covering.some(({ keys }) => covers(keys, key)))
    if (elements.length === draft.elements.length) continue
    hiders.set(
      index,
      covering.filter(({ keys }) => draft.elements.some(({ key }) => covers(keys, key))).map(({ index: by }) => by),
    )
    remaining[index] = elements.length > 0 ? { ...draft, elements } : undefined
    if (elements.length === 0) counts.add(draft.rule, 'fail', -1)
  }
  for (const index of hiders.keys()) {
    const { rule } = drafts[index]!
    for (const by of hidersOf(index, hiders)) {
      const draft = remaining[by]
      if (draft !== undefined) remaining[by] = { ...draft, hides: [...(draft.hides ?? []), rule] }
    }
  }
  return remaining.filter(draft => draft !== undefined)
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
