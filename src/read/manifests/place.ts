import { breaksBetween } from '../../lib/yaml/documents.ts'

/** Line and column (from 1, in UTF-16 units) of an offset, given the line of an earlier one. */
export function placeAt(
  text: string,
  offset: number,
  knownOffset: number,
  knownLine: number,
): { readonly line: number; readonly column: number } {
  const line = knownLine + breaksBetween(text, knownOffset, offset)
  return { line, column: offset - text.lastIndexOf('\n', offset - 1) }
}
