import { breaksBetween } from '../../lib/yaml/documents.ts'

/**
 * Line and column (from 1, in UTF-16 units) of an offset, given the line of an earlier one and how many characters
 * stand before that on its line. Looks at nothing else of the text, which may be one long line.
 */
export function placeAt(
  text: string,
  offset: number,
  known: { readonly start: number; readonly line: number; readonly column: number },
): { readonly line: number; readonly column: number } {
  const before = text.slice(known.start, offset)
  const lineEnd = before.lastIndexOf('\n')
  return {
    line: known.line + breaksBetween(before, 0, before.length),
    column: lineEnd < 0 ? known.column + before.length + 1 : before.length - lineEnd,
  }
}
