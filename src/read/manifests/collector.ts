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

/** A document that is no object. */
interface Stray {
  readonly origin: Origin
  readonly reason: string
  /** A map or a list, as files of settings are. */
  readonly isCollection: boolean
}

/** Turns values of documents into manifests: unfolds Lists, sets aside what is no object, counts. */
export class ManifestCollector {
  private manifests: Manifest[] = []
  private diagnostics: Diagnostic[] = []
  private read = 0
  private damaged = 0
  private skipped = 0
  private hasObjects = false
  /** Documents that are no objects, while the file has shown none: whether they belong there is not known yet. */
  private readonly strays: Stray[] = []

  /** A whole document. `sourcesOf` gives the places of List items, asked only if there are any. */
  document(value: JsonValue, origin: Origin, originsOf: (count: number) => readonly Origin[]): void {
    if (value === null) return
    this.read++
    const items = listItems(value)
    if (items === undefined) {
      const reason = this.object(value, origin)
      if (reason !== undefined) this.stray({ origin, reason, isCollection: typeof value === 'object' })
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

  /**
   * A file of settings may hold anything. In one that holds Kubernetes objects, kubectl refuses each document that is
   * none, and whoever wrote it there meant one.
   */
  private stray(stray: Stray): void {
    this.skipped++
    if (this.hasObjects) this.refuse(stray)
    else if (this.strays.length < maxStrays) this.strays.push(stray)
  }

  private refuse({ origin, reason, isCollection }: Stray): void {
    const message = `the document ${reason}; kubectl refuses it among the objects of this file`
    if (isCollection) {
      const { file, line } = origin
      this.note({ level: 'warning', code: 'READ_NO_OBJECT', message, file, line, column: 1 })
      return
    }
    // Text between objects is an object that lost its form, or a file that was cut: part of the answer is missing.
    this.read--
    this.skipped--
    this.damage(origin, 'READ_NO_OBJECT', message)
  }

  /** Why the value is no object; `undefined` where it is one. */
  private object(value: JsonValue, { file, document, line, source, notes }: Origin): string | undefined {
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
      this.hasObjects = true
      for (const stray of this.strays.splice(0)) this.refuse(stray)
      return undefined
    }
    this.manifests.push({ kind: 'value', file, document, line, value, reason })
    return reason
  }
}

/** More documents that are no objects in a row make a file of something else. */
const maxStrays = 1000

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
  return isKind ? 'has no apiVersion' : isVersion ? 'has no kind' : 'has no apiVersion and kind'
}

function notAMap(value: JsonValue): string {
  return Array.isArray(value) ? 'is a list' : typeof value === 'string' ? 'is plain text' : 'is a single value'
}

export const noPath: JsonPath = []
