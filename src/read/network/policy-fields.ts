import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { PolicyProblem, PolicyProblemCode } from '../../model/network.ts'

/** A value of a policy and where it stands. `null` counts as absent, as it does for the API server. */
export interface Field {
  readonly value: JsonValue | undefined
  readonly path: JsonPath
}

/**
 * Fields of one policy with what is wrong with them. A value of a wrong type is a refusal and counts as absent: the
 * server decodes the whole object or nothing.
 */
export class PolicyFields {
  readonly problems: PolicyProblem[] = []

  refuse(code: PolicyProblemCode, path: JsonPath, message: string): void {
    this.problems.push({ code, isRefusal: true, path, message })
  }

  doubt(code: PolicyProblemCode, path: JsonPath, message: string): void {
    this.problems.push({ code, isRefusal: false, path, message })
  }

  get isRefused(): boolean {
    return this.problems.some(problem => problem.isRefusal)
  }

  child(parent: Field, key: string): Field {
    const value = ownValue(parent.value, key)
    return { value: value === null ? undefined : value, path: [...parent.path, key] }
  }

  /** Tells of keys that the kind does not know: the server drops them, or refuses the object where it is strict. */
  expectKeys(parent: Field, known: readonly string[]): void {
    if (!isJsonObject(parent.value)) return
    for (const key of Object.keys(parent.value)) {
      if (!known.includes(key))
        this.doubt('FIELD_UNKNOWN', [...parent.path, key], `${[...parent.path, key].join('.')} is no field of a policy`)
    }
  }

  text(parent: Field, key: string): string | undefined {
    const { value, path } = this.child(parent, key)
    if (value === undefined || typeof value === 'string') return value
    this.wrongType(path, value, 'a string')
    return undefined
  }

  /** A whole number; anything else is reported. */
  integer(parent: Field, key: string): number | undefined {
    const { value, path } = this.child(parent, key)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isInteger(value)) return value
    this.wrongType(path, value, 'a whole number')
    return undefined
  }

  /** The object, `undefined` where it is absent or something else. */
  object(field: Field): JsonObject | undefined {
    if (field.value === undefined || isJsonObject(field.value)) return field.value
    this.wrongType(field.path, field.value, 'an object')
    return undefined
  }

  /** Entries of a list; `undefined` where it is absent. An entry `null` is an empty object, as when Go decodes it. */
  list(parent: Field, key: string): readonly Field[] | undefined {
    const { value, path } = this.child(parent, key)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) {
      this.wrongType(path, value, 'a list')
      return undefined
    }
    return (value as readonly JsonValue[]).map((entry, i) => ({ value: entry ?? {}, path: [...path, i] }))
  }

  texts(parent: Field, key: string): readonly { readonly text: string; readonly path: JsonPath }[] {
    return (this.list(parent, key) ?? []).flatMap(({ value, path }) => {
      if (typeof value === 'string') return [{ text: value, path }]
      this.wrongType(path, value ?? null, 'a string')
      return []
    })
  }

  wrongType(path: JsonPath, value: JsonValue, wanted: string): void {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
    this.refuse('FIELD_TYPE', path, `${path.join('.')} is ${isJsonObject(value) ? 'an object' : found}, not ${wanted}`)
  }
}
