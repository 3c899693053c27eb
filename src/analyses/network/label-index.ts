import type { Labels, Selector, SelectorRequirement } from '../../model/network.ts'

/** A selector in numbers. */
export interface CompiledSelector {
  readonly requirements: readonly CompiledRequirement[]
}

interface CompiledRequirement {
  readonly key: number
  readonly operator: SelectorRequirement['operator']
  readonly values: readonly number[]
}

/** Labels of one item as key and value ids, ascending by key: `[key, value, key, value]`. */
export type LabelPairs = readonly number[]

/**
 * Items with labels, found by selector. Only keys that some selector mentions are known to it: other labels make no
 * difference, which leaves out hashes and indexes that controllers add without a list of exceptions.
 */
export class LabelIndex {
  private readonly keys = new Map<string, number>()
  private readonly keyTexts: string[] = []
  private readonly values: Map<string, number>[] = []
  private readonly valueTexts: string[][] = []
  private readonly items: LabelPairs[] = []
  private readonly postings: number[][][] = []
  private readonly compiled = new Map<string, CompiledSelector>()

  /** Makes a key known. Returns false where it already was. */
  mention(key: string): boolean {
    if (this.keys.has(key)) return false
    this.keys.set(key, this.keyTexts.length)
    this.keyTexts.push(key)
    this.values.push(new Map())
    this.valueTexts.push([])
    this.postings.push([])
    return true
  }

  /** The mentioned ones of an object's labels. */
  pairsOf(labels: Labels): number[] {
    const pairs: number[] = []
    for (const key in labels) {
      const id = this.keys.get(key)
      if (id !== undefined) pairs.push(id, this.valueId(id, labels[key]!))
    }
    if (pairs.length > 2) sortPairs(pairs)
    return pairs
  }

  labelsOf(pairs: LabelPairs): Labels {
    const labels: Record<string, string> = Object.create(null) as Record<string, string>
    for (let i = 0; i < pairs.length; i += 2)
      labels[this.keyTexts[pairs[i]!]!] = this.valueTexts[pairs[i]!]![pairs[i + 1]!]!
    return labels
  }

  /** Adds an item under the next number, or changes the labels of one that is known. */
  set(item: number, pairs: LabelPairs): void {
    const old = this.items[item]
    if (old !== undefined) {
      for (let i = 0; i < old.length; i += 2) {
        const list = this.postings[old[i]!]![old[i + 1]!]!
        list.splice(list.indexOf(item), 1)
      }
    }
    this.items[item] = pairs
    for (let i = 0; i < pairs.length; i += 2) {
      const byValue = this.postings[pairs[i]!]!
      const list = byValue[pairs[i + 1]!]
      if (list === undefined) byValue[pairs[i + 1]!] = [item]
      else list.push(item)
    }
  }

  pairsOfItem(item: number): LabelPairs {
    return this.items[item]!
  }

  compile(selector: Selector): CompiledSelector {
    let compiled = this.compiled.get(selector.key)
    if (compiled === undefined) {
      for (const { key } of selector.requirements) this.mention(key)
      compiled = {
        requirements: selector.requirements.map(({ key, operator, values }) => {
          const id = this.keys.get(key)!
          return { key: id, operator, values: values.map(value => this.valueId(id, value)) }
        }),
      }
      this.compiled.set(selector.key, compiled)
    }
    return compiled
  }

  matches({ requirements }: CompiledSelector, item: number): boolean {
    const pairs = this.items[item]!
    for (const { key, operator, values } of requirements) {
      const value = valueIn(pairs, key)
      switch (operator) {
        case 'In':
          if (value < 0 || !values.includes(value)) return false
          break
        case 'NotIn':
          if (value >= 0 && values.includes(value)) return false
          break
        case 'Exists':
          if (value < 0) return false
          break
        case 'DoesNotExist':
          if (value >= 0) return false
      }
    }
    return true
  }

  /** As `matches`, for an item of which only one label is known: `undefined` where others would decide. */
  matchesPartly({ requirements }: CompiledSelector, item: number, knownKey: string): boolean | undefined {
    const known = this.keys.get(knownKey)
    const rest = requirements.filter(({ key }) => key === known)
    if (!this.matches({ requirements: rest }, item)) return false
    return rest.length === requirements.length ? true : undefined
  }

  /** Items among which all matches are, by the requirement that the fewest satisfy; `undefined` where none narrows. */
  candidates({ requirements }: CompiledSelector): readonly number[] | undefined {
    let best: { readonly key: number; readonly values: readonly number[]; readonly size: number } | undefined
    for (const { key, operator, values } of requirements) {
      if (operator !== 'In') continue
      let size = 0
      for (const value of values) size += this.postings[key]![value]?.length ?? 0
      if (best === undefined || size < best.size) best = { key, values, size }
    }
    if (best === undefined) return undefined
    if (best.values.length === 1) return this.postings[best.key]![best.values[0]!] ?? []
    return best.values.flatMap(value => this.postings[best.key]![value] ?? [])
  }

  private valueId(key: number, value: string): number {
    const known = this.values[key]!.get(value)
    if (known !== undefined) return known
    const id = this.valueTexts[key]!.length
    this.values[key]!.set(value, id)
    this.valueTexts[key]!.push(value)
    return id
  }
}

function valueIn(pairs: LabelPairs, key: number): number {
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === key) return pairs[i + 1]!
  return -1
}

function sortPairs(pairs: number[]): void {
  for (let i = 2; i < pairs.length; i += 2) {
    const key = pairs[i]!
    const value = pairs[i + 1]!
    let j = i - 2
    for (; j >= 0 && pairs[j]! > key; j -= 2) {
      pairs[j + 2] = pairs[j]!
      pairs[j + 3] = pairs[j + 1]!
    }
    pairs[j + 2] = key
    pairs[j + 3] = value
  }
}
