import type { JsonPath } from '../../lib/json/json-value.ts'
import { locateInJson, type TextSpan } from '../../lib/json/locate-json.ts'
import { locateInYaml } from '../../lib/yaml/locate.ts'
import { defaultManifestLimits, type ManifestSource } from './manifest.ts'
import { placeAt } from './place.ts'

/** A place in a file; all numbers from 1, columns in UTF-16 units. `end` is behind the last character. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/**
 * Where the paths of an object stand in its file: the key of a map entry, the content of a list entry. A path that
 * does not exist gives its nearest ancestor; the empty path gives the first line of the object.
 */
export function locateManifest(source: ManifestSource, paths: readonly JsonPath[]): Place[] {
  const full = source.path.length === 0 ? paths : paths.map(path => [...source.path, ...path])
  const spans: readonly TextSpan[] =
    source.format === 'json'
      ? locateInJson(source.text, source.start, full)
      : locateInYaml(
          source.text,
          source.start,
          source.end,
          full,
          source.isSkippable,
          defaultManifestLimits.maxDepth,
          source.column,
        )
  return spans.map(({ start, end }) => {
    const from = placeAt(source.text, start, source)
    const to = placeAt(source.text, end, { start, line: from.line, column: from.column - 1 })
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
  })
}
