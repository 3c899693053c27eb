import { entryOf } from '../lib/collections/entry-of.ts'
import { type JsonObject, ownValue } from '../lib/json/json-value.ts'
import { type LabelSelector, selects } from './label-selector.ts'

/** Things with labels, found by selector: one that wants a value looks only at those that carry it. */
export class LabelPostings<T> {
  readonly items: readonly T[]
  private readonly labelsOf: (item: T) => JsonObject
  /** By key, then value; a key is indexed when a selector first asks for it. */
  private readonly postings = new Map<string, ReadonlyMap<string, readonly T[]>>()

  constructor(items: readonly T[], labelsOf: (item: T) => JsonObject) {
    this.items = items
    this.labelsOf = labelsOf
  }

  /** What a selector selects, in the order of the items. */
  selected(selector: LabelSelector & { readonly kind: 'selector' }): readonly T[] {
    if (selector.requirements.length === 0) return this.items
    let candidates = this.items
    for (const { key, operator, values } of selector.requirements) {
      if (operator !== 'In' || values.length !== 1) continue
      const having = this.postingsOf(key).get(values[0]!) ?? []
      if (having.length < candidates.length) candidates = having
    }
    return candidates.filter(item => selects(selector, this.labelsOf(item)))
  }

  private postingsOf(key: string): ReadonlyMap<string, readonly T[]> {
    return entryOf(this.postings, key, () => {
      const byValue = new Map<string, T[]>()
      for (const item of this.items) {
        const value = ownValue(this.labelsOf(item), key)
        if (typeof value === 'string') entryOf(byValue, value, () => []).push(item)
      }
      return byValue
    })
  }
}
