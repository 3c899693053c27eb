import { entryOf } from '../lib/collections/entry-of.ts'
import {
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  ownValue,
} from '../lib/json/json-value.ts'
import type { ContainerRole, ContainerView, PodView } from '../model/pod-view.ts'
import type { ObjectRef } from '../model/subject.ts'
import type { PodPath, PodPaths } from './pod-paths.ts'

/**
 * The pods that an object carries, one for each template; none when its kind carries no pod. A built-in kind always
 * has one, empty where the template is absent. Nothing in the object, whatever its types, makes this throw.
 */
export function podViewsOf(
  object: JsonObject,
  owner: ObjectRef,
  paths: PodPaths,
  shared?: SharedContainers,
): readonly PodView[] {
  const rows = paths.get(`${owner.group}/${owner.kind}`)
  if (rows === undefined) return none
  const views: PodView[] = []
  for (const row of rows) collect(object, row, owner, views, rows.length > 1, shared)
  return views
}

/** Views of the containers of pods that have one list in common, as replicas in a snapshot do. */
export class SharedContainers {
  private readonly known = new Map<ContainerRole, WeakMap<JsonArray, readonly ContainerView[]>>()

  /** Only of Pods themselves: their lists stand at one path. */
  of(list: JsonArray, role: ContainerRole, path: JsonPath): readonly ContainerView[] {
    const byList = entryOf(this.known, role, () => new WeakMap<JsonArray, readonly ContainerView[]>())
    let views = byList.get(list)
    if (views === undefined) {
      views = containerViews(list, role, path)
      byList.set(list, views)
    }
    return views
  }
}

const none: readonly PodView[] = []
const nothing: JsonObject = {}

function collect(
  object: JsonObject,
  row: PodPath,
  owner: ObjectRef,
  into: PodView[],
  several: boolean,
  shared: SharedContainers | undefined,
): void {
  const walk = (value: JsonValue | undefined, step: number, path: JsonPath, label: string): void => {
    if (step === row.template.length) {
      // One of several templates that is not there is no pod; the only template of a kind is an empty one.
      if (value === undefined && (several || path.length > row.template.length)) return
      into.push(podView(value, path, row.bare === true, owner, label, shared))
      return
    }
    const key = row.template[step]!
    if (key !== '*') {
      if (value !== undefined && !isJsonObject(value)) into.push(malformedView(owner, path, label, value))
      else walk(ownValue(value, key), step + 1, [...path, key], several ? key : label)
      return
    }
    if (Array.isArray(value)) {
      for (const [index, entry] of value.entries()) {
        const name = ownValue(entry, 'name')
        walk(entry, step + 1, [...path, index], typeof name === 'string' ? name : '')
      }
    } else if (isJsonObject(value)) {
      for (const name of Object.keys(value)) walk(value[name], step + 1, [...path, name], name)
    } else if (value !== undefined) into.push(malformedView(owner, path, label, value))
  }
  walk(object, 0, [], '')
}

function podView(
  template: JsonValue | undefined,
  path: JsonPath,
  bare: boolean,
  owner: ObjectRef,
  label: string,
  shared: SharedContainers | undefined,
): PodView {
  if (template !== undefined && !isJsonObject(template)) return malformedView(owner, path, label, template)
  const isPod = path.length === 0 && !bare
  const specPath = bare ? path : isPod ? pathInPod : [...path, 'spec']
  const spec = bare ? template : ownValue(template, 'spec')
  const meta = bare ? undefined : ownValue(template, 'metadata')
  if (spec !== undefined && !isJsonObject(spec)) return malformedView(owner, specPath, label, spec)
  if (meta !== undefined && !isJsonObject(meta)) return malformedView(owner, [...path, 'metadata'], label, meta)
  const podSpec = spec ?? nothing
  let containers: readonly ContainerView[] = noContainers
  let malformed: string | undefined
  for (const [field, role] of lists) {
    const list = ownValue(podSpec, field)
    if (list === undefined) continue
    if (!Array.isArray(list)) malformed ??= wrongType([...specPath, field], list, 'list')
    else {
      const own =
        isPod && shared !== undefined
          ? shared.of(list, role, [...specPath, field])
          : containerViews(list, role, [...specPath, field])
      containers = containers.length === 0 ? own : [...containers, ...own]
    }
  }
  const view: PodView = { platform, owner, podMeta: meta ?? nothing, podSpec, containers, path, specPath, label }
  return malformed === undefined ? view : { ...view, malformed }
}

const platform = 'kubernetes'
const pathInPod: JsonPath = ['spec']
const noContainers: readonly ContainerView[] = []

const lists: readonly (readonly [string, ContainerRole])[] = [
  ['initContainers', 'init'],
  ['containers', 'main'],
  ['ephemeralContainers', 'ephemeral'],
]

function containerViews(list: JsonArray, role: ContainerRole, path: JsonPath): readonly ContainerView[] {
  const views: ContainerView[] = []
  for (let i = 0; i < list.length; i++) {
    const spec = list[i]
    if (!isJsonObject(spec)) continue
    const name = ownValue(spec, 'name')
    views.push({
      name: typeof name === 'string' ? name : '',
      role: role === 'init' && ownValue(spec, 'restartPolicy') === 'Always' ? 'sidecar' : role,
      spec,
      path: [...path, i],
    })
  }
  return views
}

function malformedView(owner: ObjectRef, path: JsonPath, label: string, value: JsonValue): PodView {
  const malformed = wrongType(path, value, 'object')
  return { platform, owner, podMeta: nothing, podSpec: nothing, containers: [], path, specPath: path, label, malformed }
}

function wrongType(path: JsonPath, value: JsonValue, wanted: 'list' | 'object'): string {
  const found =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : isJsonObject(value) ? 'an object' : `a ${typeof value}`
  return `${path.join('.') || 'the object'} is ${found} and not ${wanted === 'list' ? 'a list' : 'an object'}`
}
