import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Position } from '../../model/policy.ts'

/** A document that was read, and how to find a place in it. */
export interface SourceDocument {
  readonly file: string
  readonly object: JsonObject
  /** Line and column, from 1, of the value at a path, or of the deepest ancestor that exists. */
  readonly locate: (path: JsonPath) => Position
}

/**
 * Reads fields of one document by path and keeps what was wrong with them. A field of a wrong type is reported and
 * counts as absent, so that one mistake gives one message.
 */
export class FieldReader {
  readonly document: SourceDocument
  readonly diagnostics: Diagnostic[] = []

  constructor(document: SourceDocument) {
    this.document = document
  }

  at(path: JsonPath): Position {
    return this.document.locate(path)
  }

  error(path: JsonPath, code: string, message: string): void {
    this.add('error', path, code, message)
  }

  warning(path: JsonPath, code: string, message: string): void {
    this.add('warning', path, code, message)
  }

  private add(level: Diagnostic['level'], path: JsonPath, code: string, message: string): void {
    const { line, column } = this.at(path)
    this.diagnostics.push({ level, code, message, file: this.document.file, line, column })
  }

  value(path: JsonPath): JsonValue | undefined {
    let current: JsonValue | undefined = this.document.object
    for (const step of path) {
      if (typeof step === 'string') current = ownValue(current, step)
      else current = Array.isArray(current) ? (current as readonly JsonValue[])[step] : undefined
    }
    return current === null ? undefined : current
  }

  text(path: JsonPath): string | undefined {
    const value = this.value(path)
    if (value === undefined || typeof value === 'string') return value
    this.wrongType(path, value, 'a string')
    return undefined
  }

  required(path: JsonPath): string {
    const value = this.value(path)
    if (typeof value === 'string' && value !== '') return value
    if (value === undefined || value === '') this.error(path, 'POLICY_FIELD_MISSING', `${path.join('.')} is required`)
    else this.wrongType(path, value, 'a string')
    return ''
  }

  choice<T extends string>(path: JsonPath, allowed: readonly T[], absent: T): T {
    const value = this.text(path)
    if (value === undefined || value === '') return absent
    const found = allowed.find(option => option === value)
    if (found !== undefined) return found
    this.error(
      path,
      'POLICY_FIELD_VALUE',
      `${path.join('.')} is ${JSON.stringify(value)}; it can be ${allowed.join(', ')}`,
    )
    return absent
  }

  object(path: JsonPath): JsonObject | undefined {
    const value = this.value(path)
    if (value === undefined || isJsonObject(value)) return value
    this.wrongType(path, value, 'an object')
    return undefined
  }

  /** The number of entries of a list; 0 where it is absent. */
  count(path: JsonPath): number {
    const value = this.value(path)
    if (value === undefined) return 0
    if (Array.isArray(value)) return value.length
    this.wrongType(path, value, 'a list')
    return 0
  }

  texts(path: JsonPath): readonly string[] {
    const found: string[] = []
    for (let i = 0; i < this.count(path); i++) {
      const entry = this.text([...path, i])
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  private wrongType(path: JsonPath, value: JsonValue, wanted: string): void {
    const found = Array.isArray(value) ? 'a list' : isJsonObject(value) ? 'an object' : `a ${typeof value}`
    this.error(path, 'POLICY_FIELD_TYPE', `${path.join('.')} is ${found}; it must be ${wanted}`)
  }
}
