import type { JsonValue } from '../json/json-value.ts'
import { plainKey, plainScalar } from './scalar.ts'

/**
 * YAML text of a value in block style, which YAML 1.1 and 1.2 readers agree on: whatever either could take for
 * something other than text is quoted. Ends with a line feed.
 */
export function printYaml(value: JsonValue): string {
  return `${printed(value, '').replace(/^\n/, '').replace(/^ /, '')}\n`
}

/** The text behind a key or dash: on the same line after a space, or on lines of its own. */
function printed(value: JsonValue, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []'
    return value.map((item: JsonValue) => `\n${indent}-${asItem(item, `${indent}  `)}`).join('')
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    if (entries.length === 0) return ' {}'
    return entries.map(([key, member]) => `\n${indent}${printedKey(key, indent)}:${asMember(member, indent)}`).join('')
  }
  return ` ${scalar(value as Exclude<JsonValue, object>, indent)}`
}

/** Lists stand at their key's own indentation, as kubectl prints them. */
function asMember(value: JsonValue, indent: string): string {
  return Array.isArray(value) ? printed(value, indent) : printed(value, `${indent}  `)
}

/** The first entry of a map, or a nested list, stands on the dash's own line. */
function asItem(value: JsonValue, indent: string): string {
  const text = printed(value, indent)
  return text.startsWith('\n') ? ` ${text.slice(1 + indent.length)}` : text
}

function scalar(value: null | boolean | number | bigint | string, indent: string): string {
  if (typeof value !== 'string') return String(value)
  if (isBlockText(value)) return blockText(value, indent === '' ? '  ' : indent)
  return isSafePlain(value) && plainScalar(value) === value ? value : quoted(value)
}

// A simple key may take 1,024 characters; a longer one needs the explicit form.
function printedKey(key: string, indent: string): string {
  const text = isSafePlain(key) && key !== '<<' && plainKey(key) === key && plainScalar(key) === key ? key : quoted(key)
  return text.length > 1000 ? `? ${text}\n${indent}` : text
}

const safePlain = /^[A-Za-z0-9_./$(][A-Za-z0-9_./$()@%+=~,;<> :-]*$/
// Numbers of any dialect, dates, sexagesimals, versions: text that begins and consists like them is quoted.
const numberLike = /^[-+.0-9][-+.0-9_:eExXoObBa-fA-FTtZz]*$/
const otherDialects = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<)$/i

function isSafePlain(text: string): boolean {
  return (
    safePlain.test(text) &&
    text.length < 1000 &&
    !text.includes(': ') &&
    !text.endsWith(':') &&
    !text.endsWith(' ') &&
    !text.startsWith('...') &&
    !numberLike.test(text) &&
    !otherDialects.test(text)
  )
}

/** JSON's string form is YAML's, once the characters that YAML does not allow raw are escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Several printable lines, the first with text at its very beginning. */
function isBlockText(text: string): boolean {
  return (
    /^[^\s]/.test(text) &&
    text.slice(0, -1).includes('\n') &&
    !/[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text) &&
    !/ (?:\n|$)/.test(text)
  )
}

function blockText(text: string, indent: string): string {
  const body = text.replace(/\n+$/, '')
  const breaks = text.length - body.length
  const header = breaks === 0 ? '|-' : breaks === 1 ? '|' : '|+'
  const lines = body.split('\n').map(line => (line === '' ? '' : indent + line))
  return `${header}\n${lines.join('\n')}${'\n'.repeat(Math.max(breaks - 1, 0))}`
}
