import { remembered } from '../../../lib/collections/remembered.ts'
import { isJsonObject, type JsonPath, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import type { Answer } from '../answer.ts'
import type { Cause } from '../cause.ts'
import type { NativeCheck } from '../plan.ts'
import { stablePath } from './stable-path.ts'

/** Labels and annotations that an API server refuses: values that are no text, names and values with signs that they may not hold. */
export function metadataValuesCheck(meta: RuleMeta): NativeCheck {
  return {
    meta,
    concerns: () => true,
    answer: ({ object, pods }) => {
      const templates = pods.filter(({ path }) => path.length > 0)
      const places: readonly (readonly [JsonValue | undefined, JsonPath])[] = [
        [object['metadata'], ['metadata']],
        ...templates.map(({ podMeta, path }) => [podMeta, [...path, 'metadata']] as const),
      ]
      const told: string[] = []
      const causes: Cause[] = []
      for (const [metadata, path] of places) {
        for (const field of ['labels', 'annotations'] as const) {
          const values = ownValue(metadata, field)
          if (!isJsonObject(values)) continue
          for (const [name, value] of Object.entries(values)) {
            const problem = problemOf(field, name, value)
            if (problem === undefined) continue
            const at = [...path, field, name]
            told.push(`${stablePath(object, at)} ${problem}`)
            causes.push({ key: `field/${stablePath(object, at)}`, path: at })
          }
        }
      }
      if (told.length === 0) return passed
      const more = told.length > 3 ? `; and ${told.length - 3} more` : ''
      return { kind: 'fail', message: `${told.slice(0, 3).join('; ')}${more}`, causes: causes.slice(0, maxCauses) }
    },
  }
}

const passed: Answer = { kind: 'pass' }
const maxCauses = 20

/** What the server objects to; null is absent for it. */
function problemOf(field: 'labels' | 'annotations', name: string, value: JsonValue): string | undefined {
  if (value !== null && typeof value !== 'string') {
    const kind = kindOf(value)
    const quoted = typeof value === 'object' ? '' : `; write "${String(value)}"`
    return `is ${kind.words}: an API server refuses the object (cannot unmarshal ${kind.go} into Go struct field ObjectMeta.metadata.${field} of type string)${quoted}`
  }
  // The names of annotations may be written with capital letters before the slash as well.
  if (!isQualifiedName(field === 'annotations' ? name.toLowerCase() : name))
    return 'has a name that an API server refuses: a prefix is a domain, the rest up to 63 letters, digits, "-", "_", "."'
  if (field === 'annotations' || value === null) return undefined
  if (value.length > 63) return `is longer than the 63 characters that a label may have`
  return labelValue.test(value)
    ? undefined
    : 'holds signs that a label may not: letters, digits, "-", "_", ".", the first and last a letter or digit'
}

function kindOf(value: Exclude<JsonValue, string | null>): { readonly words: string; readonly go: string } {
  if (typeof value === 'boolean') return { words: `the boolean ${value}`, go: 'bool' }
  if (typeof value === 'object')
    return Array.isArray(value) ? { words: 'a list', go: 'array' } : { words: 'a map', go: 'object' }
  return { words: `the number ${String(value)}`, go: 'number' }
}

const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/
const domain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

const isQualifiedName = remembered((name): boolean => {
  const parts = name.split('/')
  const last = parts.at(-1)!
  if (parts.length > 2 || last === '' || last.length > 63 || !labelValue.test(last)) return false
  return parts.length === 1 || (parts[0]!.length <= 253 && domain.test(parts[0]!))
})
