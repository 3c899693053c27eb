import { type JsonPath, type JsonValue, ownValue, valueAt } from '../lib/json/json-value.ts'
import type { PodView } from '../model/pod-view.ts'

/** Something that a pod needs by name, in its own namespace unless the kind is cluster-scoped. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'PersistentVolumeClaim' | 'PriorityClass' | 'RuntimeClass' | 'Secret' | 'ServiceAccount'
  readonly name: string
  readonly use: 'volume' | 'env' | 'envFrom' | 'imagePull' | 'identity' | 'scheduling'
  /** The pod starts without it as well. */
  readonly optional: boolean
  /** Where the name stands, in the object that carries the pod. */
  readonly path: JsonPath
}

/** Everything a pod refers to by name. Wrong types are passed over: they name nothing. */
export function referencesOf(view: PodView): readonly Reference[] {
  const found: Reference[] = []
  const add = (
    kind: Reference['kind'],
    use: Reference['use'],
    path: JsonPath,
    name: JsonValue | undefined,
    optional: JsonValue | undefined = undefined,
  ): void => {
    if (typeof name === 'string' && name !== '') found.push({ kind, name, use, optional: optional === true, path })
  }
  const at = view.specPath
  const spec = view.podSpec
  const account = ownValue(spec, 'serviceAccountName')
  if (typeof account === 'string' && account !== '') {
    add('ServiceAccount', 'identity', [...at, 'serviceAccountName'], account)
  } else add('ServiceAccount', 'identity', [...at, 'serviceAccount'], ownValue(spec, 'serviceAccount'))
  add('PriorityClass', 'scheduling', [...at, 'priorityClassName'], ownValue(spec, 'priorityClassName'))
  add('RuntimeClass', 'scheduling', [...at, 'runtimeClassName'], ownValue(spec, 'runtimeClassName'))
  for (const [i, secret] of entries(ownValue(spec, 'imagePullSecrets'))) {
    add('Secret', 'imagePull', [...at, 'imagePullSecrets', i, 'name'], ownValue(secret, 'name'))
  }
  for (const [i, volume] of entries(ownValue(spec, 'volumes'))) {
    addVolume(volume, [...at, 'volumes', i], add)
  }
  for (const { spec: container, path } of view.containers) {
    for (const [i, variable] of entries(ownValue(container, 'env'))) {
      for (const [field, kind] of keyReferences) {
        const source = valueAt(variable, ['valueFrom', field])
        const name = ownValue(source, 'name')
        add(kind, 'env', [...path, 'env', i, 'valueFrom', field, 'name'], name, ownValue(source, 'optional'))
      }
    }
    for (const [i, source] of entries(ownValue(container, 'envFrom'))) {
      for (const [field, kind] of wholeReferences) {
        const reference = ownValue(source, field)
        const name = ownValue(reference, 'name')
        add(kind, 'envFrom', [...path, 'envFrom', i, field, 'name'], name, ownValue(reference, 'optional'))
      }
    }
  }
  return found
}

type Add = (
  kind: Reference['kind'],
  use: Reference['use'],
  path: JsonPath,
  name: JsonValue | undefined,
  optional?: JsonValue,
) => void

const keyReferences = [
  ['secretKeyRef', 'Secret'],
  ['configMapKeyRef', 'ConfigMap'],
] as const
const wholeReferences = [
  ['secretRef', 'Secret'],
  ['configMapRef', 'ConfigMap'],
] as const

function addVolume(volume: JsonValue, path: JsonPath, add: Add): void {
  const secret = ownValue(volume, 'secret')
  const configMap = ownValue(volume, 'configMap')
  add(
    'Secret',
    'volume',
    [...path, 'secret', 'secretName'],
    ownValue(secret, 'secretName'),
    ownValue(secret, 'optional'),
  )
  add(
    'ConfigMap',
    'volume',
    [...path, 'configMap', 'name'],
    ownValue(configMap, 'name'),
    ownValue(configMap, 'optional'),
  )
  const claim = valueAt(volume, ['persistentVolumeClaim', 'claimName'])
  add('PersistentVolumeClaim', 'volume', [...path, 'persistentVolumeClaim', 'claimName'], claim)
  for (const [i, source] of entries(valueAt(volume, ['projected', 'sources']))) {
    for (const [field, kind] of [['secret', 'Secret'] as const, ['configMap', 'ConfigMap'] as const]) {
      const part = ownValue(source, field)
      const place = [...path, 'projected', 'sources', i, field, 'name']
      add(kind, 'volume', place, ownValue(part, 'name'), ownValue(part, 'optional'))
    }
  }
}

function entries(value: JsonValue | undefined): readonly (readonly [number, JsonValue])[] {
  return Array.isArray(value) ? [...(value as readonly JsonValue[]).entries()] : []
}
