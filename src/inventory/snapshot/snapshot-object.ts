import { type JsonObject, type JsonPath, jsonPointer } from '../../lib/json/json-value.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import type { ObjectRef } from '../../model/subject.ts'

/**
 * An object that questions about several objects need, reduced to what they read. Plain data: it may travel between
 * threads and be kept when the text that it was read from is gone.
 */
export interface SnapshotObject {
  readonly ref: ObjectRef
  /** True where the file names no namespace and the default one was taken. */
  readonly assumedNamespace: boolean
  readonly object: JsonObject
  readonly source: ObjectSource
  /** Its place in the input: files in their order, then objects in theirs. */
  readonly order: number
  /** Where things stand in the file, by JSON pointer; the object itself is `""` and always there. */
  readonly places: Readonly<Record<string, Position>>
}

/** Line and column of the value at a path, or of the nearest thing around it whose place is known. */
export function placeOf(object: SnapshotObject, path: JsonPath): Position {
  // Most of what is asked for is the object itself.
  if (path.length === 0) return object.places[''] ?? first
  for (let length = path.length; length >= 0; length--) {
    const pointer = jsonPointer(path.slice(0, length))
    if (Object.hasOwn(object.places, pointer)) return object.places[pointer]!
  }
  return first
}

const first: Position = { line: 1, column: 1 }
