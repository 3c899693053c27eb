import type { JsonObject } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import { type FieldPath, type FieldReads, OBJECT, POD_META, POD_SPEC, REQUEST } from './field-reads.ts'
import {
  type Entry,
  type JudgedElement,
  JudgedRecollection,
  type Recollection,
  WholeRecollection,
} from './recollection.ts'
import type { AdmissionRequest } from './request.ts'
import { isSizeOfMap, lengthOf, ODD, type Place, Sight } from './sight.ts'
import {
  beginSignature,
  copyOfSignature,
  growReading,
  hashOfSignature,
  isSignature,
  lengthOfSignature,
  type Reading,
  readingOf,
  sign,
  signRow,
} from './signature.ts'

/**
 * Saves evaluations: objects that are alike in all that a rule reads get the same answer, for the same reasons at the
 * same places. What a rule has answered once it is not asked again. Benchmark: bench/scan.ts.
 */
export class AnswerMemory {
  private readonly sight = new Sight()
  private readonly groups = new Map<string, Group>()
  private readonly rules: (Member | undefined)[] = []
  private readonly podPlaces = new Map<string, number>()
  private isOpen = true

  /** A rule that takes part; before the first object. */
  add(rule: number, reads: FieldReads): void {
    // A whole object or pod is like no other.
    if (reads.places.some(({ paths }) => paths.some(path => path.length === 1))) return
    const key = groupOf(reads)
    let group = this.groups.get(key)
    if (group === undefined) {
      group = new Group(this.sight, this.groups.size)
      this.groups.set(key, group)
    }
    this.rules[rule] = { group, slot: group.add(reads) }
  }

  /** Looks at an object with one pod or none, so that rules can be asked what they know of it until `forget`. */
  look({ object, namespace, name }: AdmissionRequest, pod: PodView | undefined): Looked {
    if (this.isOpen) for (const group of this.groups.values()) group.close()
    this.isOpen = false
    const roots: [string, JsonObject][] = [
      [OBJECT, object!],
      [REQUEST, { namespace, name }],
    ]
    if (pod !== undefined) roots.push([POD_SPEC, pod.podSpec], [POD_META, pod.podMeta])
    return { row: this.sight.look(roots), placeOfPod: this.placeOf(pod), pod, found: new Array(this.groups.size) }
  }

  /** Forgets the objects, and keeps what was learnt of them. */
  forget(): void {
    this.sight.clear()
  }

  /** Whether the rule, by its index, is known to pass the object. */
  hasPassed(rule: number, looked: Looked): boolean {
    const member = this.rules[rule]
    return member?.group.hasPassed(member.slot, looked) === true
  }

  /** What a rule, by its index, knows of the object; `undefined` where it cannot be told from others. */
  recall(rule: number, looked: Looked): Recollection | undefined {
    const member = this.rules[rule]
    return member?.group.recall(member.slot, looked)
  }

  /** Reasons are places in the object, so that it matters where the pod stands in it. */
  private placeOf(pod: PodView | undefined): number {
    const path = pod === undefined ? '' : `/${pod.specPath.join('/')}`
    let number = this.podPlaces.get(path)
    if (number === undefined) {
      number = this.podPlaces.size
      this.podPlaces.set(path, number)
    }
    return number
  }
}

/**
 * Rules that read the same, or that read switches of the same element: one look-up then tells of all of them. Texts that
 * are different everywhere are left to the rules that read them.
 */
function groupOf(reads: FieldReads): string {
  const { places, ranges, judged } = reads
  const isOfSwitches =
    ranges.length === (judged === undefined ? 0 : 1) &&
    places.every(({ paths, isPresence }) => isPresence || paths.every(path => switches.has(path.at(-1)!)))
  if (!isOfSwitches) return JSON.stringify(reads)
  const root = places[0]?.paths[0]?.[0] ?? ''
  return judged === undefined ? `switches of ${root}` : `switches of ${JSON.stringify(judged)}`
}

/** Fields that hold one of a few values. */
const switches: ReadonlySet<string> = new Set([
  'allowPrivilegeEscalation',
  'drop',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostUsers',
  'privileged',
  'procMount',
  'readOnlyRootFilesystem',
  'shareProcessNamespace',
  'stdin',
  'tty',
])

/** An object that was looked at. */
export interface Looked {
  readonly row: number
  readonly placeOfPod: number
  readonly pod: PodView | undefined
  /** By group: an entry, or one for each element, or nothing; absent while the group was not asked. */
  readonly found: (readonly Entry[] | null | undefined)[]
}

/** The lists whose elements are judged one by one. */
interface JudgedList {
  readonly path: FieldPath
  readonly place: Place
  readonly each: Reading
}

interface Member {
  readonly group: Group
  readonly slot: number
}

/** A memory that does not help is given up after so many lookups, and one that seldom helps after more. */
const trial = 400
const longTrial = 4000
const maxEntries = 4000

/** Rules that are known by one signature. */
class Group {
  private readonly sight: Sight
  private readonly members: FieldReads[] = []
  private reading!: Reading
  /** Where elements are judged one by one: what is read of each, beside `reading` for the object around them. */
  private judged: readonly JudgedList[] | undefined
  private table: Map<number, Entry[]> | undefined = new Map()
  private lookups = 0
  private useless = 0
  private size = 0
  private isNew = false
  private readonly index: number

  constructor(sight: Sight, index: number) {
    this.sight = sight
    this.index = index
  }

  /** The slot of the rule. */
  add(reads: FieldReads): number {
    return this.members.push(reads) - 1
  }

  /** After the last rule. */
  close(): void {
    const { sight, members } = this
    const root = growReading(sight, members)
    const { judged } = members[0]!
    if (judged === undefined) this.reading = readingOf(root)
    else {
      const lists = judged.map((path): JudgedList => {
        const place = sight.placeAt(path)
        return { path, place, each: readingOf(root.lists.find(list => list.place === place)!.each) }
      })
      this.judged = lists
      const around = root.lists.filter(list => lists.every(({ place }) => place !== list.place))
      this.reading = readingOf({ ...root, lists: around })
    }
  }

  hasPassed(slot: number, looked: Looked): boolean {
    const found = this.foundOf(looked)
    if (found === null) return false
    for (let i = 0; i < found.length; i++) if (found[i]!.answers[slot] !== 'pass') return false
    return true
  }

  recall(slot: number, looked: Looked): Recollection | undefined {
    const found = this.foundOf(looked)
    if (found === null) return undefined
    const { judged } = this
    if (judged === undefined) return new WholeRecollection(found[0]!, slot)
    return new JudgedRecollection(this.elementsOf(found, judged, looked.row), slot, looked.pod)
  }

  private foundOf(looked: Looked): readonly Entry[] | null {
    let found = looked.found[this.index]
    if (found === undefined) {
      found = this.table === undefined ? null : (this.find(this.table, looked) ?? null)
      looked.found[this.index] = found
    }
    return found
  }

  private find(table: Map<number, Entry[]>, looked: Looked): readonly Entry[] | undefined {
    this.isNew = false
    const found = this.findAll(table, looked)
    this.lookups++
    if (found === undefined || this.isNew) this.useless++
    if (
      (this.lookups === trial && this.useless > trial * 0.9) ||
      (this.lookups === longTrial && this.useless > longTrial * 0.6)
    )
      this.table = undefined
    return found
  }

  private findAll(table: Map<number, Entry[]>, { row, placeOfPod }: Looked): readonly Entry[] | undefined {
    beginSignature()
    if (!signRow(this.reading, row)) return undefined
    if (this.judged === undefined) {
      sign(placeOfPod)
      const entry = this.entry(table)
      return entry === undefined ? undefined : [entry]
    }
    const around = lengthOfSignature()
    const found: Entry[] = []
    for (let list = 0; list < this.judged.length; list++) {
      const { place, each } = this.judged[list]!
      const size = place.sizeIn(row)
      // A key of a map has no index by which it could be found again.
      if (size === ODD || isSizeOfMap(size)) return undefined
      const start = place.startIn(row)
      const end = start + lengthOf(size)
      for (let inner = start; inner < end; inner++) {
        beginSignature(around)
        sign(list)
        if (!signRow(each, inner)) return undefined
        const entry = this.entry(table)
        if (entry === undefined) return undefined
        found.push(entry)
      }
    }
    return found
  }

  /** The entry of the signature at hand, made where there is none. */
  private entry(table: Map<number, Entry[]>): Entry | undefined {
    const hash = hashOfSignature()
    const alike = table.get(hash)
    if (alike !== undefined) for (const known of alike) if (isSignature(known.signature)) return known
    this.isNew = true
    if (this.size >= maxEntries) return undefined
    this.size++
    const made: Entry = { signature: copyOfSignature(), answers: [] }
    if (alike === undefined) table.set(hash, [made])
    else alike.push(made)
    return made
  }

  private elementsOf(found: readonly Entry[], lists: readonly JudgedList[], row: number): readonly JudgedElement[] {
    const elements: JudgedElement[] = []
    for (const { path, place } of lists) {
      const length = lengthOf(place.sizeIn(row))
      for (let index = 0; index < length; index++) elements.push({ entry: found[elements.length]!, list: path, index })
    }
    return elements
  }
}
