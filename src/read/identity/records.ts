import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { CloudGrant, IdentityFacts } from '../../model/identity.ts'

/** Facts under construction; readers of the clouds add to it. */
export interface GatheredFacts {
  readonly names: IdentityFacts['names'][number][]
  readonly grants: CloudGrant[]
  readonly workloads: IdentityFacts['workloads'][number][]
  readonly unread: string[]
}

/** Every object in a document that is one, a list of them, or wraps such a list in a field of its own. */
export function* recordsOf(value: JsonValue): Generator<JsonObject> {
  if (Array.isArray(value)) for (const entry of value as readonly JsonValue[]) yield* recordsOf(entry)
  else if (isJsonObject(value)) {
    const list = ownValue(value, 'value')
    if (Array.isArray(list)) yield* recordsOf(list as JsonValue)
    else yield value
  }
}

export function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
