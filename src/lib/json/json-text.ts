import type { JsonValue } from './json-value.ts'

/** Compact JSON of any value that a finding can hold; a `bigint` is written in full, which `JSON.stringify` refuses. */
export function jsonText(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      // JSON has no infinities; a reader hands none on, and `null` is what JSON.stringify would write.
      return Number.isFinite(value) ? String(value) : 'null'
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      if (value === null) return 'null'
      return Array.isArray(value) ? arrayText(value) : objectText(value as Readonly<Record<string, JsonValue>>)
  }
}

/**
 * A JSON string. Beyond what JSON asks for, line separators are escaped, because some line readers break on them,
 * direction marks, because they make one name look like another, and the commands of CI runners (`##[`, `##vso[`), because a runner that copies our output to its log would obey them.
 */
export function quoted(text: string): string {
  if (!unusual.test(text)) return `"${text}"`
  const json = JSON.stringify(text)
  return rare.test(json) ? json.replace(rareAll, escapeUnit) : json
}

/** One class and nothing else, because this test is the hottest of a large report: all but plain ASCII, `"`, `\`, `#`. */
const unusual = /[^ !$-[\]-~]/
const rare = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|#(?=#(?:vso)?\[)/i
const rareAll = new RegExp(rare, 'gi')

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function arrayText(values: readonly JsonValue[]): string {
  if (values.length === 0) return '[]'
  let text = `[${jsonText(values[0] ?? null)}`
  for (let i = 1; i < values.length; i++) text += `,${jsonText(values[i] ?? null)}`
  return `${text}]`
}

function objectText(value: Readonly<Record<string, JsonValue>>): string {
  let text = ''
  for (const key of Object.keys(value)) {
    text += `${text === '' ? '{' : ','}${quoted(key)}:${jsonText(value[key] ?? null)}`
  }
  return text === '' ? '{}' : `${text}}`
}
