import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import type { PodView } from '../../../model/pod-view.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import {
  type PlainSecret,
  secretInCommand,
  secretInSettings,
  secretInText,
  secretUnder,
} from '../../../read/secrets/plain-secret.ts'
import type { Answer } from '../answer.ts'
import type { Cause } from '../cause.ts'
import type { NativeCheck } from '../plan.ts'
import type { CheckKnowledge } from './check-knowledge.ts'

/** Secrets that stand in plain text in the value of an environment variable. */
export function environmentSecretCheck(meta: RuleMeta, { podPaths }: CheckKnowledge): NativeCheck {
  return {
    meta,
    concerns: ({ group, kind }) => podPaths.has(`${group}/${kind}`),
    answer: ({ pods }) => {
      const found = new Found()
      for (const container of containersOf(pods, found)) {
        for (const [entry, path] of entriesOf(container.spec, 'env', container.path, found)) {
          const name = ownValue(entry, 'name')
          const value = ownValue(entry, 'value')
          if (typeof name !== 'string' || typeof value !== 'string') continue
          const secret = secretUnder(name, value)
          if (secret !== undefined) found.add(secret, `${container.label}: ${name}`, container.key, [...path, 'value'])
        }
      }
      return found.answer('stands in plain text in an environment variable')
    },
  }
}

/** Secrets among the data of a ConfigMap, which everybody who may read the namespace can read. */
export function configMapSecretCheck(meta: RuleMeta): NativeCheck {
  return {
    meta,
    concerns: ({ group, kind }) => group === '' && kind === 'ConfigMap',
    answer: ({ object }) => {
      const found = new Found()
      const data = object['data']
      if (data !== undefined && data !== null && !isJsonObject(data)) found.undecided = 'data is no map'
      for (const [name, value] of Object.entries(isJsonObject(data) ? data : {})) {
        if (typeof value !== 'string') continue
        const secret = value.includes('\n')
          ? secretInSettings(value)
          : (secretUnder(name, value) ?? secretInSettings(value))
        if (secret !== undefined) found.add(secret, name, `data/${name}`, ['data', name])
      }
      return found.answer('stands in plain text in a ConfigMap')
    },
  }
}

/** Secrets in commands, arguments, headers of probes, and annotations. */
export function commandSecretCheck(meta: RuleMeta): NativeCheck {
  return {
    meta,
    concerns: () => true,
    answer: ({ object, pods }) => {
      const found = new Found()
      annotationSecrets(ownValue(object, 'metadata'), ['metadata'], found)
      for (const view of pods) {
        if (view.path.length > 0) annotationSecrets(view.podMeta, [...view.path, 'metadata'], found)
      }
      for (const { spec, path, key, label } of containersOf(pods, found)) {
        for (const place of commandPlaces) {
          const words = valueIn(spec, place)
          if (!Array.isArray(words)) continue
          const secret = secretInCommand(words.filter((word): word is string => typeof word === 'string'))
          if (secret !== undefined) found.add(secret, `${label}: ${place.join('.')}`, key, [...path, ...place])
        }
        for (const place of headerPlaces) {
          for (const [header, at] of entriesOf(valueIn(spec, place), 'httpHeaders', [...path, ...place], found)) {
            const value = ownValue(header, 'value')
            if (typeof value !== 'string') continue
            const secret = secretUnder(String(ownValue(header, 'name')), value.replace(/^(Bearer|Basic|token) /i, ''))
            if (secret !== undefined) found.add(secret, `${label}: ${place.join('.')}`, key, [...at, 'value'])
          }
        }
      }
      return found.answer('stands in plain text in a command or an annotation')
    },
  }
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const
const hooks = [
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const
const headerPlaces: readonly (readonly string[])[] = [
  ...probes.map(probe => [probe, 'httpGet']),
  ...hooks.map(hook => [...hook, 'httpGet']),
]
const commandPlaces: readonly (readonly string[])[] = [
  ['command'],
  ['args'],
  ...probes.map(probe => [probe, 'exec', 'command']),
  ...hooks.map(hook => [...hook, 'exec', 'command']),
]

/** Annotations whose values are about a secret without being one, or repeat what stands elsewhere in the object. */
const passedAnnotations = /last-applied-configuration$|^checksum\/|(^|[/.-])(checksum|hash|digest)/

function annotationSecrets(metadata: JsonValue | undefined, path: JsonPath, found: Found): void {
  const annotations = ownValue(metadata, 'annotations')
  if (!isJsonObject(annotations)) return
  for (const [name, value] of Object.entries(annotations)) {
    if (typeof value !== 'string' || passedAnnotations.test(name)) continue
    const secret = secretInText(value)
    if (secret !== undefined) found.add(secret, name, `annotation/${name}`, [...path, 'annotations', name])
  }
}

interface Container {
  readonly spec: JsonObject
  readonly path: JsonPath
  readonly key: string
  readonly label: string
}

function containersOf(pods: readonly PodView[], found: Found): readonly Container[] {
  return pods.flatMap(view => {
    if (view.malformed !== undefined) found.undecided = view.malformed
    const prefix = view.label === '' ? '' : `${view.label}/`
    return view.containers.map(({ name, spec, path }) => ({
      spec,
      path,
      key: `${prefix}container/${name}`,
      label: `container "${name}"`,
    }))
  })
}

/** The entries of a list that are objects, with their places. */
function entriesOf(
  holder: JsonValue | undefined,
  field: string,
  path: JsonPath,
  found: Found,
): readonly (readonly [JsonObject, JsonPath])[] {
  const list = ownValue(holder, field)
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    found.undecided = `${[...path, field].join('.')} is no list`
    return []
  }
  return (list as readonly JsonValue[]).flatMap((entry, i) =>
    isJsonObject(entry) ? [[entry, [...path, field, i]] as const] : [],
  )
}

function valueIn(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, step) => ownValue(at, step), value)
}

/** What was found in one object. */
class Found {
  undecided: string | undefined
  private readonly told: string[] = []
  private readonly causes: Cause[] = []
  private isCertain = false

  add(secret: PlainSecret, where: string, key: string, path: JsonPath): void {
    this.told.push(`${where} (${secret.what})`)
    this.causes.push({ key, path, isSecret: true })
    if (secret.by === 'format') this.isCertain = true
  }

  answer(says: string): Answer {
    const { told, causes, undecided } = this
    if (told.length > 0) {
      const more = told.length > 3 ? ` and ${told.length - 3} more` : ''
      // What only a name gives away may be a password for a day; a key of a vendor is one for everybody who reads it.
      const severity = this.isCertain ? {} : { severity: 'medium' as const }
      return { kind: 'fail', message: `a secret ${says}: ${told.slice(0, 3).join(', ')}${more}`, causes, ...severity }
    }
    if (undecided === undefined) return { kind: 'pass' }
    return { kind: 'unknown', message: 'cannot be decided', reason: undecided, causes: [] }
  }
}
