import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json-value.ts'

/** One change of a document, by path: the operations of RFC 6902 that a fix needs. */
export type Change =
  | { readonly op: 'add' | 'replace'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: JsonPath }

/** A copy of a document with the changes made one after the other; `undefined` where a path does not exist. */
export function changed(document: JsonObject, changes: readonly Change[]): JsonObject | undefined {
  let current: JsonValue | undefined = document
  for (const change of changes) current = current === undefined ? undefined : changedAt(current, change, 0)
  return isJsonObject(current) ? current : undefined
}

function changedAt(value: JsonValue, change: Change, depth: number): JsonValue | undefined {
  const step = change.path[depth]
  if (step === undefined) return change.op === 'remove' ? undefined : change.value
  const isLast = depth === change.path.length - 1
  if (Array.isArray(value)) return changedList(value as readonly JsonValue[], step, change, depth, isLast)
  if (!isJsonObject(value) || typeof step !== 'string') return undefined
  const has = Object.hasOwn(value, step)
  if (isLast) {
    if (change.op === 'remove')
      return has ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== step)) : undefined
    return has || change.op === 'add' ? { ...value, [step]: change.value } : undefined
  }
  const inner = has ? changedAt(value[step]!, change, depth + 1) : undefined
  return inner === undefined ? undefined : { ...value, [step]: inner }
}

function changedList(
  list: readonly JsonValue[],
  step: string | number,
  change: Change,
  depth: number,
  isLast: boolean,
): JsonValue | undefined {
  if (typeof step !== 'number' || step > list.length) return undefined
  if (isLast && change.op === 'add') return list.toSpliced(step, 0, change.value)
  if (step === list.length) return undefined
  if (isLast) return change.op === 'remove' ? list.toSpliced(step, 1) : list.with(step, change.value)
  const inner = changedAt(list[step]!, change, depth + 1)
  return inner === undefined ? undefined : list.with(step, inner)
}
