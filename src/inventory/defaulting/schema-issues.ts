import {
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../lib/json/json-value.ts'
import { scalarProblem } from './decode.ts'
import type { Field, KindTable, Shape } from './kind-table.ts'

/** A field that the type of its object does not have, or a value that it cannot hold. */
export interface SchemaFault {
  readonly kind: 'unknown-field' | 'wrong-type'
  readonly path: JsonPath
  /** Index in the table of the struct in which the field stands. */
  readonly struct: number
  /** What was expected, where the type is wrong. */
  readonly expected: string | undefined
}

/**
 * What an API server would drop from an object of a built-in kind, or refuse. Looks without decoding: an object with
 * nothing wrong costs no memory, and nearly all have nothing wrong.
 */
export function schemaFaults(object: JsonObject, type: number, table: KindTable): readonly SchemaFault[] {
  const faults: SchemaFault[] = []
  structFaults(table, object, type, [], faults)
  return faults
}

// The path is one list that grows and shrinks on the way; it is copied where something is found.
function structFaults(
  table: KindTable,
  value: JsonObject,
  type: number,
  path: (string | number)[],
  faults: SchemaFault[],
): void {
  const { fields } = table.types[type]!
  for (const key in value) {
    const inner = value[key] as JsonValue
    if (inner === null) continue
    const field = fields.get(key)
    if (field === undefined) {
      faults.push({ kind: 'unknown-field', path: [...path, key], struct: type, expected: undefined })
      continue
    }
    path.push(key)
    valueFaults(table, inner, field.shape, type, path, faults)
    path.pop()
  }
}

function valueFaults(
  table: KindTable,
  value: JsonValue,
  shape: Shape,
  struct: number,
  path: (string | number)[],
  faults: SchemaFault[],
): void {
  const wrong = (expected: string): void => {
    faults.push({ kind: 'wrong-type', path: [...path], struct, expected })
  }
  switch (shape.kind) {
    case 'any':
      return
    case 'struct':
      if (isJsonObject(value)) structFaults(table, value, shape.type, path, faults)
      else wrong('an object')
      return
    case 'list':
      if (!Array.isArray(value)) {
        wrong('a list')
        return
      }
      for (let i = 0; i < value.length; i++) {
        const item = (value as JsonArray)[i] as JsonValue
        if (item === null) continue
        path.push(i)
        valueFaults(table, item, shape.item, struct, path, faults)
        path.pop()
      }
      return
    case 'map':
      if (!isJsonObject(value)) {
        wrong('a map')
        return
      }
      for (const key in value) {
        if (value[key] === null) continue
        path.push(key)
        valueFaults(table, value[key] as JsonValue, shape.value, struct, path, faults)
        path.pop()
      }
      return
    default: {
      const problem = scalarProblem(value, shape.kind)
      if (problem !== undefined) wrong(problem)
    }
  }
}

/**
 * The nearest place of the same object where a field of that name belongs, as a path with `[*]` for items of lists:
 * `spec.containers[*].securityContext.privileged` for a `privileged` that stands on the pod. Only places that somebody can
 * have meant: below the field, on the way up from it, or under a parent of the same name.
 */
export function placeOfField(table: KindTable, root: number, path: JsonPath, field: string): string | undefined {
  const steps = path.slice(0, -1)
  const parent = steps.findLast(step => typeof step === 'string')
  for (let depth = steps.length; depth >= 0; depth--) {
    const around = structAt(table, root, steps.slice(0, depth))
    if (around === undefined) continue
    const isMeant = (found: readonly string[]) =>
      depth === steps.length || found.length === 1 || found.at(-2) === parent
    const below = searchBelow(table, around, field, steps[depth], isMeant)
    if (below !== undefined) return written([...steps.slice(0, depth), ...below])
  }
  return undefined
}

function written(path: JsonPath): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? '[*]' : step === '[*]' || text === '' ? step : `.${step}`
  return text
}

function structAt(table: KindTable, root: number, path: JsonPath): number | undefined {
  let shape: Shape = { kind: 'struct', type: root }
  for (const step of path) {
    if (shape.kind === 'struct') {
      const field = table.types[shape.type]!.fields.get(String(step))
      if (field === undefined) return undefined
      shape = field.shape
    } else if (shape.kind === 'list') shape = shape.item
    else if (shape.kind === 'map') shape = shape.value
    else return undefined
  }
  return shape.kind === 'struct' ? shape.type : undefined
}

const searchDepth = 6

/** Breadth first, so that the shallowest place wins; containers before init containers, which come first in the type. */
function searchBelow(
  table: KindTable,
  start: number,
  wanted: string,
  avoid: string | number | undefined,
  isMeant: (path: readonly string[]) => boolean,
): readonly string[] | undefined {
  let level: { readonly type: number; readonly path: readonly string[] }[] = [{ type: start, path: [] }]
  const seen = new Set([start])
  for (let depth = 0; depth < searchDepth && level.length > 0; depth++) {
    const next: typeof level = []
    for (const { type, path } of level) {
      const found = [...path, wanted]
      if (table.types[type]!.fields.has(wanted) && (depth > 0 || avoid !== undefined) && isMeant(found)) return found
    }
    for (const { type, path } of level) {
      for (const { name, shape } of mainFirst(table.types[type]!.fields)) {
        const inner = shape.kind === 'list' ? shape.item : shape
        const isBeside = name === 'status' || name === 'metadata' || (depth === 0 && name === avoid)
        if (inner.kind !== 'struct' || isBeside || seen.has(inner.type)) continue
        seen.add(inner.type)
        next.push({ type: inner.type, path: [...path, name, ...(shape.kind === 'list' ? ['[*]'] : [])] })
      }
    }
    level = next
  }
  return undefined
}

function mainFirst(fields: ReadonlyMap<string, Field>): readonly Field[] {
  const containers = fields.get('containers')
  return containers === undefined ? [...fields.values()] : [containers, ...fields.values()]
}
