import type { JsonObject, JsonPath, JsonValue } from '../../lib/json/json-value.ts'
import { defaultYamlLimits, type YamlLimits } from '../../lib/yaml/limits.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'

/** Bounds of reading one input; each breach is a located diagnostic and the rest goes on. */
export type ManifestLimits = YamlLimits

export const defaultManifestLimits: ManifestLimits = defaultYamlLimits

/** One object or value that was read, in input order. */
export type Manifest = ManifestObject | ManifestValue

/** An object with `apiVersion` and `kind`: what every analysis sees. */
export interface ManifestObject {
  readonly kind: 'object'
  readonly file: string
  /** Of the stream, from 0, empty ones included. Items of a List share it. */
  readonly document: number
  /** The first line of the object, from 1. */
  readonly line: number
  readonly object: JsonObject
  readonly source: ManifestSource
  /** What the text says that the object does not show; absent where that is nothing. */
  readonly notes?: readonly ReadingNote[]
}

/** Something that other readers of the same text would take differently, and where it stands in the object. */
export interface ReadingNote {
  readonly kind: 'duplicate-key' | 'ambiguous-scalar' | 'ambiguous-key'
  readonly path: JsonPath
  /** The key, or the scalar as it is written. */
  readonly text: string
  /** What it is for Kubernetes. */
  readonly value: JsonValue
}

/** Anything else that is no damage: a map without `apiVersion` or `kind`, a list, plain text. Shown, never analysed. */
export interface ManifestValue {
  readonly kind: 'value'
  readonly file: string
  readonly document: number
  readonly line: number
  readonly value: JsonValue
  readonly reason: string
}

/** The text that an object was read from. `locateManifest` finds places in it; who keeps it keeps the text alive. */
export interface ManifestSource {
  readonly text: string
  /** UTF-16 offsets of the document or List item in `text`. */
  readonly start: number
  readonly end: number
  /** Line of `start`, from 1. */
  readonly line: number
  /** Characters before `start` on its line: a List item may start in the middle of one. */
  readonly column: number
  readonly format: 'yaml' | 'json'
  /** Values may be passed over by indentation (see `locateInYaml`). */
  readonly isSkippable: boolean
  /** Where the object stands inside that text: empty, or `['items', 7]`. */
  readonly path: JsonPath
}

export interface DocumentCounts {
  /** Documents that were read, skipped ones included. */
  readonly read: number
  readonly damaged: number
  /** Read, but no Kubernetes object. */
  readonly skipped: number
}

export interface ManifestReading {
  readonly manifests: readonly Manifest[]
  readonly diagnostics: readonly Diagnostic[]
  readonly documents: DocumentCounts
}
