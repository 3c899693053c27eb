import type { Position } from '../../model/policy.ts'
import type { ManifestSource } from '../manifests/manifest.ts'

/**
 * The place in a file of a character of an expression that stands there as a YAML or JSON scalar. `key` is the place of
 * the scalar's key, `at` the line and column inside the expression, from 1, columns in code points.
 */
export function placeInExpression(
  source: ManifestSource,
  key: Position,
  expression: string,
  at: readonly [line: number, column: number],
): Position {
  const { text } = source
  const start = valueStart(text, offsetOf(source, key))
  const target = inkBefore(expression, offsetInExpression(expression, at))
  const found = start === undefined ? undefined : offsetOfInk(text, start, target)
  return found === undefined ? key : positionOf(source, found)
}

function offsetInExpression(expression: string, [line, column]: readonly [number, number]): number {
  let start = 0
  for (let i = 1; i < line; i++) {
    const next = expression.indexOf('\n', start)
    if (next === -1) break
    start = next + 1
  }
  let offset = start
  let left = column - 1
  for (const character of expression.slice(start, start + 2 * column)) {
    if (left-- <= 0) break
    offset += character.length
  }
  return offset
}

// However a scalar is written, folded, indented or quoted, its characters that are no blanks stand in the same order.
function inkBefore(text: string, offset: number): number {
  let count = 0
  for (let i = 0; i < offset && i < text.length; i++) if (!isBlank(text[i]!)) count++
  return count
}

interface ValueStart {
  readonly offset: number
  readonly style: 'plain' | 'single' | 'double'
}

function valueStart(text: string, key: number): ValueStart | undefined {
  let at = key
  const quote = text[at]
  if (quote === '"' || quote === "'") at = text.indexOf(quote, at + 1)
  const colon = text.indexOf(':', at)
  if (at === -1 || colon === -1) return undefined
  let offset = colon + 1
  while (offset < text.length && isBlank(text[offset]!)) offset++
  const first = text[offset]
  if (first === "'") return { offset: offset + 1, style: 'single' }
  if (first === '"') return { offset: offset + 1, style: 'double' }
  if (first !== '|' && first !== '>') return { offset, style: 'plain' }
  const line = text.indexOf('\n', offset)
  return line === -1 ? undefined : { offset: line + 1, style: 'plain' }
}

function offsetOfInk(text: string, { offset, style }: ValueStart, target: number): number | undefined {
  let seen = 0
  for (let i = offset; i < text.length; i++) {
    const character = text[i]!
    if (isBlank(character)) continue
    let length = 1
    let isInk = true
    if (style === 'single' && character === "'" && text[i + 1] === "'") length = 2
    else if (style === 'double' && character === '\\') {
      const escaped = text[i + 1] ?? ''
      isInk = !'nrt \n'.includes(escaped)
      length = escaped === 'u' ? 6 : escaped === 'x' ? 4 : 2
    }
    if (isInk) {
      if (seen === target) return i
      seen++
    }
    i += length - 1
  }
  return undefined
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r'
}

function offsetOf(source: ManifestSource, { line, column }: Position): number {
  let offset = source.start
  for (let i = source.line; i < line; i++) {
    const next = source.text.indexOf('\n', offset)
    if (next === -1) break
    offset = next + 1
  }
  return offset + column - 1 - (line === source.line ? source.column : 0)
}

function positionOf(source: ManifestSource, offset: number): Position {
  let line = source.line
  let start = source.start - source.column
  for (let next = source.text.indexOf('\n', source.start); next !== -1 && next < offset; ) {
    line++
    start = next + 1
    next = source.text.indexOf('\n', start)
  }
  return { line, column: offset - start + 1 }
}
