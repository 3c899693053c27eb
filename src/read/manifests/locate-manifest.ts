import type { JsonPath } from '../../lib/json/json-value.ts'
import { locateInJson } from '../../lib/json/locate-json.ts'
import type { TextSpan } from '../../lib/json/path-trie.ts'
import { locateInYaml } from '../../lib/yaml/locate.ts'
import { defaultManifestLimits, type ManifestSource } from './manifest.ts'
import { placeAt } from './place.ts'

/** A place in a file; both numbers from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
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
  // Line feeds are counted from the place before, because findings come in the order of the document.
  let known: { readonly start: number; readonly line: number; readonly column: number } = source
  return spans.map(({ start }) => {
    const place = placeAt(source.text, start, start >= known.start ? known : source)
    known = { start, line: place.line, column: place.column - 1 }
    return place
  })
}
