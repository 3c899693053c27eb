import type { Draft } from './decode.ts'
import { defaultsOf } from './defaults.ts'
import { isDraftObject } from './encode.ts'
import type { KindTable, Shape } from './kind-table.ts'

/** Applies the defaults of every type below `value`, outer types first, as the generated defaulters of the server do. */
export function applyDefaults(table: KindTable, value: Draft, type: number, minor: number): void {
  if (!isDraftObject(value)) return
  const struct = table.types[type]!
  defaultsOf(struct.name)?.(value, minor)
  for (const field of struct.fields.values()) {
    if (!reachesDefaults(table, field.shape)) continue
    let inner = Object.hasOwn(value, field.name) ? value[field.name] : undefined
    if (inner === undefined) {
      // A struct that is no pointer always exists, so its own defaults apply even where nothing was written.
      if (field.isPointer || field.shape.kind !== 'struct') continue
      inner = {}
      applyDefaults(table, inner, field.shape.type, minor)
      if (Object.keys(inner).length > 0) value[field.name] = inner
      continue
    }
    descend(table, inner, field.shape, minor)
  }
}

function descend(table: KindTable, value: Draft, shape: Shape, minor: number): void {
  if (shape.kind === 'struct') applyDefaults(table, value, shape.type, minor)
  else if (shape.kind === 'list' && Array.isArray(value))
    for (const item of value) descend(table, item, shape.item, minor)
  else if (shape.kind === 'map' && isDraftObject(value))
    for (const key of Object.keys(value)) descend(table, value[key]!, shape.value, minor)
}

const reaching = new WeakMap<KindTable, Map<number, boolean>>()

function reachesDefaults(table: KindTable, shape: Shape): boolean {
  if (shape.kind === 'list') return reachesDefaults(table, shape.item)
  if (shape.kind === 'map') return reachesDefaults(table, shape.value)
  if (shape.kind !== 'struct') return false
  const known = reaching.get(table) ?? new Map<number, boolean>()
  reaching.set(table, known)
  const answer = known.get(shape.type)
  if (answer !== undefined) return answer
  // Recursive types are provisionally without defaults while their own fields are asked.
  known.set(shape.type, false)
  const struct = table.types[shape.type]!
  const result =
    defaultsOf(struct.name) !== undefined ||
    [...struct.fields.values()].some(field => reachesDefaults(table, field.shape))
  known.set(shape.type, result)
  return result
}
