/** A size or cost between two bounds; `max` is Infinity where nothing bounds it. */
export interface Range {
  readonly min: number
  readonly max: number
}

export const UNBOUNDED: Range = { min: 0, max: Number.POSITIVE_INFINITY }
export const ZERO: Range = { min: 0, max: 0 }
export const ONE: Range = { min: 1, max: 1 }

export function fixed(value: number): Range {
  return { min: value, max: value }
}

export function plus(...ranges: readonly Range[]): Range {
  return { min: sum(ranges.map(range => range.min)), max: sum(ranges.map(range => range.max)) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function times(a: Range, b: Range): Range {
  return { min: product(a.min, b.min), max: product(a.max, b.max) }
}

/** Nothing times anything is nothing, even where the other bound is missing. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}

export function scaled(range: Range, factor: number): Range {
  return { min: Math.ceil(product(range.min, factor)), max: Math.ceil(product(range.max, factor)) }
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}
