import type { JsonObject, JsonValue } from '../../lib/json/json-value.ts'
import { applyDefaults } from './apply-defaults.ts'
import { type Decoder, type DraftObject, decodeStruct, type SchemaIssue } from './decode.ts'
import { encodeStruct, isDraftObject } from './encode.ts'
import type { KindTable } from './kind-table.ts'
import { prepareForCreate } from './prepare-for-create.ts'

export type { SchemaIssue } from './decode.ts'
export { type KindTable, kindTable } from './kind-table.ts'
export { withPodOnlyDefaults } from './pod-only-defaults.ts'
export { placeOfField, type SchemaFault, schemaFaults } from './schema-issues.ts'

export interface DefaultedObject {
  readonly object: JsonObject
  /** What the object's type does not know or cannot hold; paths into the object as it was written. */
  readonly issues: readonly SchemaIssue[]
}

/**
 * The object as the API server of the table's version would hand it to admission: normalised (unknown fields and nulls
 * dropped, quantities canonical, `stringData` folded) and defaulted. Kinds that the version does not serve come back as
 * they are, because their schema is not known.
 */
export function defaulted(object: JsonObject, table: KindTable): DefaultedObject {
  const kind = table.kinds.get(`${String(object['apiVersion'])}/${String(object['kind'])}`)
  if (kind === undefined) return { object, issues: [] }
  const decoder: Decoder = { table, issues: [] }
  const draft = decodeStruct(decoder, object as JsonValue, kind.type, [])
  if (!isDraftObject(draft)) return { object, issues: decoder.issues }
  const type = table.types[kind.type]!.name
  applyDefaults(table, draft, kind.type, Number(table.version.slice(2)))
  prepareForCreate(type, draft)
  return { object: encodeStruct(table, draft, kind.type) as DraftObject as JsonObject, issues: decoder.issues }
}
