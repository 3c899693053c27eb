import type { JsonValue } from '../../lib/json/json-value.ts'
import { isJsonObject } from '../../lib/json/json-value.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestSource } from '../../read/manifests/manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { UserError } from '../user-error.ts'

export interface SettingsText {
  /** `undefined` for an empty file. */
  readonly value: JsonValue | undefined
  /** Where a setting stands, or its nearest ancestor; both from 1. */
  locate(path: readonly string[]): { readonly line: number; readonly column: number }
}

/** Reads a settings file: one YAML document that holds a map. */
export function readSettingsText(file: string, text: string): SettingsText {
  const reading = readManifest(file, text)
  const [problem] = reading.diagnostics
  if (problem !== undefined) {
    throw new UserError('CONFIG_SYNTAX', problem.message, { place: `${file}:${problem.line}:${problem.column}` })
  }
  const [first, second] = reading.manifests
  if (second !== undefined)
    throw new UserError('CONFIG_SYNTAX', 'a settings file is one document', { place: `${file}:${second.line}:1` })
  const value = first === undefined ? undefined : first.kind === 'object' ? first.object : first.value
  if (value !== undefined && !isJsonObject(value))
    throw new UserError('CONFIG_SYNTAX', 'a settings file holds a map', { place: `${file}:${first!.line}:1` })
  const source: ManifestSource = {
    text,
    start: 0,
    end: text.length,
    line: 1,
    column: 0,
    format: text.trimStart().startsWith('{') ? 'json' : 'yaml',
    isSkippable: false,
    path: [],
  }
  return {
    value,
    locate: path =>
      locateManifest(source, [path.map(step => (/^\d+$/.test(step) ? Number(step) : step))])[0] ?? {
        line: 1,
        column: 1,
      },
  }
}
