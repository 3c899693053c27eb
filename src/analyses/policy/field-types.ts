import { CelUnknown, unknown } from '../../lib/cel/values.ts'
import {
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  ownValue,
  valueAt,
} from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'

/** The type that the API server demands of a field; it refuses objects with any other. */
export type FieldType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'object'
  | { readonly list: FieldType }
  | { readonly map: FieldType }
  | { readonly fields: Readonly<Record<string, FieldType>> }

const strings: FieldType = { list: 'string' }
const profile: FieldType = { fields: { type: 'string', localhostProfile: 'string' } }
const windowsOptions: FieldType = { fields: { hostProcess: 'boolean', runAsUserName: 'string' } }
const resources: FieldType = { fields: { requests: 'object', limits: 'object' } }
const containerSecurity: FieldType = {
  fields: {
    allowPrivilegeEscalation: 'boolean',
    appArmorProfile: profile,
    capabilities: { fields: { add: strings, drop: strings } },
    privileged: 'boolean',
    procMount: 'string',
    readOnlyRootFilesystem: 'boolean',
    runAsNonRoot: 'boolean',
    runAsUser: 'integer',
    seccompProfile: profile,
    windowsOptions,
  },
}
const containers: FieldType = {
  list: {
    fields: {
      image: 'string',
      livenessProbe: 'object',
      name: 'string',
      ports: { list: { fields: { containerPort: 'integer', hostPort: 'integer', name: 'string' } } },
      readinessProbe: 'object',
      resources,
      restartPolicy: 'string',
      securityContext: containerSecurity,
      volumeMounts: { list: { fields: { mountPath: 'string', name: 'string' } } },
    },
  },
}

/** The fields of a pod on which security rules rest. The whole schema is another matter; these must not be misread. */
const podSpec: FieldType = {
  fields: {
    automountServiceAccountToken: 'boolean',
    containers,
    ephemeralContainers: containers,
    hostIPC: 'boolean',
    hostNetwork: 'boolean',
    hostPID: 'boolean',
    hostUsers: 'boolean',
    initContainers: containers,
    os: { fields: { name: 'string' } },
    resources,
    restartPolicy: 'string',
    securityContext: {
      fields: {
        appArmorProfile: profile,
        runAsNonRoot: 'boolean',
        runAsUser: 'integer',
        seccompProfile: profile,
        windowsOptions,
      },
    },
    serviceAccount: 'string',
    serviceAccountName: 'string',
    volumes: { list: { fields: { hostPath: { fields: { path: 'string' } }, name: 'string' } } },
  },
}

const metadata: FieldType = { fields: { annotations: { map: 'string' }, labels: { map: 'string' } } }

/**
 * The pod with an unknown in the place of every value whose type the server refuses: a rule that reads it answers
 * `unknown` with the reason, and the others are not disturbed. Nearly always the very same pod.
 */
export function withCheckedTypes(view: PodView): PodView {
  if (view.malformed !== undefined) return view
  const spec = checked(view.podSpec, podSpec, view.specPath) as JsonObject
  const meta = checked(view.podMeta, metadata, [...view.path, 'metadata']) as JsonObject
  if (spec === view.podSpec && meta === view.podMeta) return view
  const depth = view.specPath.length
  const own = view.containers.map(container => {
    const found = valueAt(spec, container.path.slice(depth))
    return isJsonObject(found) ? { ...container, spec: found } : container
  })
  return { ...view, podSpec: spec, podMeta: meta, containers: own }
}

/** The same for the metadata of an object. */
export function withCheckedMetadata(object: JsonObject): JsonObject {
  const own = ownValue(object, 'metadata')
  if (own === undefined) return object
  const right = checked(own, metadata, ['metadata'])
  return right === own ? object : { ...object, metadata: right as JsonValue }
}

/** What is wrong about the types of an object: the first place, and what a server demands there. */
export function wrongTypeIn(object: JsonObject, type: FieldType): string | undefined {
  const right = checked(object, type, [])
  return right === object ? undefined : reasonIn(right)
}

function reasonIn(value: unknown): string | undefined {
  if (value instanceof CelUnknown) return value.reasons[0]
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const reason = reasonIn(inner)
    if (reason !== undefined) return reason
  }
  return undefined
}

// An unknown is a CEL value, not JSON; it lives only in the copy that expressions see, and they know it.
function checked(value: JsonValue, type: FieldType, path: JsonPath): JsonValue {
  if (typeof type === 'string') return hasType(value, type) ? value : refused(value, type, path)
  if ('list' in type) {
    if (!Array.isArray(value)) return refused(value, 'list', path)
    return checkedList(value as readonly JsonValue[], type.list, path)
  }
  if (!isJsonObject(value)) return refused(value, 'object', path)
  let copy: { [key: string]: JsonValue } | undefined
  const fields = 'fields' in type ? type.fields : undefined
  for (const key in value) {
    const expected = fields === undefined ? (type as { map: FieldType }).map : fieldOf(fields, key)
    const item = value[key]
    if (expected === undefined || item === undefined) continue
    if (typeof expected === 'string' && hasType(item, expected)) continue
    const right = checked(item, expected, [...path, key])
    if (right === item) continue
    copy ??= { ...value }
    copy[key] = right
  }
  return copy ?? value
}

function checkedList(list: readonly JsonValue[], type: FieldType, path: JsonPath): JsonValue {
  let copy: JsonValue[] | undefined
  for (let i = 0; i < list.length; i++) {
    const right = checked(list[i]!, type, [...path, i])
    if (right === list[i]) continue
    copy ??= [...list]
    copy[i] = right
  }
  return copy ?? list
}

function fieldOf(fields: Readonly<Record<string, FieldType>>, key: string): FieldType | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

function hasType(value: JsonValue, type: 'string' | 'boolean' | 'integer' | 'object'): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type
    case 'integer':
      return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
    case 'object':
      return isJsonObject(value)
  }
}

function refused(value: JsonValue, wanted: string, path: JsonPath): JsonValue {
  const found =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : isJsonObject(value) ? 'an object' : `a ${typeof value}`
  const article = /^[aeiou]/.test(wanted) ? 'an' : 'a'
  const reason = `${path.join('.')} is ${found} and not ${article} ${wanted}, which an API server refuses`
  return unknown(reason) as unknown as JsonValue
}
