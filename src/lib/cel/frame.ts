import type { CelValue } from './values.ts'

/** Where variables come from: asked by name, and only when an expression needs them. */
export type Activation = ((name: string) => CelValue | undefined) | { readonly [name: string]: CelValue }

/** The state of one evaluation. */
export class Frame {
  readonly resolve: (name: string) => CelValue | undefined
  readonly slots: (CelValue | undefined)[]
  readonly limit: number
  cost = 0

  constructor(activation: Activation, slots: number, limit: number) {
    this.resolve =
      typeof activation === 'function'
        ? activation
        : name => (Object.hasOwn(activation, name) ? activation[name] : undefined)
    this.slots = slots === 0 ? NO_SLOTS : new Array<CelValue | undefined>(slots)
    this.limit = limit
  }
}

const NO_SLOTS: (CelValue | undefined)[] = []

/** Ends an evaluation whose cost limit is used up. */
export class CostExceeded {}
