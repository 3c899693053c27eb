import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Manifest, ManifestReading, ManifestSource, ReadingNote } from './manifest.ts'

/** Where the value of a document or List item came from, before its objects are known. */
export interface Origin {
  readonly file: string
  readonly document: number
  readonly line: number
  readonly source: ManifestSource
  /** About the whole document, items of a List included. */
  readonly notes?: readonly ReadingNote[]
}

/** Turns values of documents into manifests: unfolds Lists, sets aside what is no object, counts. */
export class ManifestCollector {
  private manifests: Manifest[] = []
  private diagnostics: Diagnostic[] = []
  private read = 0
  private damaged = 0
  private skipped = 0

  /** A whole document. `sourcesOf` gives the places of List items, asked only if there are any. */
  document(value: JsonValue, origin: Origin, originsOf: (count: number) => readonly Origin[]): void {
    if (value === null) return
    this.read++
    const items = listItems(value)
    if (items === undefined) {
      if (!this.object(value, origin)) this.skipped++
      return
    }
    if (!Array.isArray(items)) {
      this.read--
      this.damage(origin, 'READ_LIST_ITEMS', '`items` of a List is no list')
      return
    }
    const list = value as JsonObject
    const origins = originsOf(items.length)
    items.forEach((item: JsonValue, index) => {
      this.item(item, list, withNotesOf(origins[index] ?? origin, origin.notes, index))
    })
  }

  /** A List item, which takes kind and apiVersion from its list where it has neither. */
  item(item: JsonValue, list: JsonObject, origin: Origin): void {
    if (item !== null && !isJsonObject(item)) {
      this.problem(origin, 'READ_LIST_ITEM', 'an item of a List must be an object')
      return
    }
    const object = inherited(item ?? {}, list)
    if (Array.isArray(ownValue(object, 'items'))) {
      this.problem(origin, 'READ_NESTED_LIST', 'a List inside a List is not read by Kubernetes')
      return
    }
    this.object(object, origin)
  }

  /** A document that is counted while its items come one by one. */
  listDocument(): void {
    this.read++
  }

  damage(place: Origin | { file: string; line: number; column: number }, code: string, message: string): void {
    this.damaged++
    this.problem(place, code, message)
  }

  /** A document that is damaged as the diagnostics already say. */
  countDamage(): void {
    this.damaged++
  }

  problem(place: Origin | { file: string; line: number; column: number }, code: string, message: string): void {
    const column = 'column' in place ? place.column : 1
    this.diagnostics.push({ level: 'error', code, message, file: place.file, line: place.line, column })
  }

  note(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic)
  }

  /** What was collected since the last call. */
  take(): ManifestReading {
    const documents = { read: this.read, damaged: this.damaged, skipped: this.skipped }
    const reading = { manifests: this.manifests, diagnostics: this.diagnostics, documents }
    this.manifests = []
    this.diagnostics = []
    this.read = 0
    this.damaged = 0
    this.skipped = 0
    return reading
  }

  private object(value: JsonValue, { file, document, line, source, notes }: Origin): boolean {
    const reason = isJsonObject(value) ? missingIdentity(value) : notAMap(value)
    if (reason === undefined) {
      this.manifests.push({
        kind: 'object',
        file,
        document,
        line,
        object: value as JsonObject,
        source,
        ...(notes !== undefined && { notes }),
      })
      return true
    }
    this.manifests.push({ kind: 'value', file, document, line, value, reason })
    return false
  }
}

/** The notes about one item of a List, from those about the document. */
function withNotesOf(origin: Origin, notes: readonly ReadingNote[] | undefined, index: number): Origin {
  if (notes === undefined) return origin
  const { notes: _all, ...rest } = origin
  const own = notes.flatMap(note => {
    const [items, at, ...path] = note.path
    return items === 'items' && at === index ? [{ ...note, path }] : []
  })
  return own.length === 0 ? rest : { ...rest, notes: own }
}

/**
 * The items of a List. As for kubectl, `items` makes the list, not the kind; but only a kind that says so makes one of
 * `items: null`.
 */
function listItems(value: JsonValue): JsonValue | undefined {
  if (!isJsonObject(value) || missingIdentity(value) !== undefined) return undefined
  const items = ownValue(value, 'items')
  if (items === null) return String(value['kind']).endsWith('List') ? [] : undefined
  return items
}

function inherited(item: JsonObject, list: JsonObject): JsonObject {
  if (isText(ownValue(item, 'kind')) || isText(ownValue(item, 'apiVersion'))) return item
  const kind = String(ownValue(list, 'kind')).replace(/List$/, '')
  if (kind === '') return item
  return { ...item, apiVersion: ownValue(list, 'apiVersion') ?? null, kind }
}

/** Whether an item says what it is, so that its list need not be asked. */
export function knowsItsKind(item: JsonValue): boolean {
  return isJsonObject(item) && (isText(ownValue(item, 'kind')) || isText(ownValue(item, 'apiVersion')))
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value !== ''
}

function missingIdentity(object: JsonObject): string | undefined {
  const isKind = isText(ownValue(object, 'kind'))
  const isVersion = isText(ownValue(object, 'apiVersion'))
  if (isKind && isVersion) return undefined
  return isKind ? 'no apiVersion' : isVersion ? 'no kind' : 'no apiVersion and kind'
}

function notAMap(value: JsonValue): string {
  return Array.isArray(value) ? 'is a list' : typeof value === 'string' ? 'is plain text' : 'is a single value'
}

export const noPath: JsonPath = []
