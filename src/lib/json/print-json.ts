import type { JsonValue } from './json-value.ts'

/**
 * JSON text of a value, integers in full. `indent` spaces a level, 0 for one line. The same text for the same value on
 * every machine; keys keep their order.
 */
export function printJson(value: JsonValue, indent = 0): string {
  // A value without big integers takes the engine's own way, which is many times faster.
  return holdsBigint(value) ? printed(value, indent, '\n') : JSON.stringify(value, undefined, indent)
}

function holdsBigint(value: JsonValue): boolean {
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsBigint)
  for (const key in value) {
    const member = (value as { readonly [key: string]: JsonValue })[key]
    if (typeof member === 'bigint' || (typeof member === 'object' && member !== null && holdsBigint(member)))
      return true
  }
  return false
}

function printed(value: JsonValue, indent: number, line: string): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = indent === 0 ? '' : line + ' '.repeat(indent)
  const outer = indent === 0 ? '' : line
  const isList = Array.isArray(value)
  const members = isList
    ? value.map(item => printed(item as JsonValue, indent, inner))
    : Object.entries(value).map(
        ([key, member]) => `${JSON.stringify(key)}:${indent === 0 ? '' : ' '}${printed(member, indent, inner)}`,
      )
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  return members.length === 0 ? open + close : open + inner + members.join(`,${inner}`) + outer + close
}
