import { isJsonObject, type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import { identityNumber } from './fingerprint.ts'

/**
 * How an element of a list or map is called in findings: `container/web`, `volume/cache`, `port/http`, `label/app`.
 * Never by its index, so that reordering changes nothing; what has no name is called by its content.
 */
export function elementKey(path: JsonPath | undefined, value: JsonValue): string {
  const noun = path === undefined ? 'element' : nounOf(path)
  if (!isJsonObject(value)) {
    return typeof value === 'string' || typeof value === 'number'
      ? `${noun}/${String(value)}`
      : `${noun}/${contentKey(value)}`
  }
  for (const field of ['name', 'containerPort', 'port', 'key']) {
    const name = ownValue(value, field)
    if ((typeof name === 'string' && name !== '') || typeof name === 'number') return `${noun}/${name}`
  }
  return `${noun}/${contentKey(value)}`
}

/** The list that the element is in, in the singular. */
function nounOf(path: JsonPath): string {
  let field = 'element'
  for (let i = path.length - 2; i >= 0; i--) {
    const step = path[i]
    if (typeof step === 'string') {
      field = step
      break
    }
  }
  if (field === 'initContainers' || field === 'ephemeralContainers') return 'container'
  if (field.endsWith('ies')) return `${field.slice(0, -3)}y`
  return field.endsWith('s') && !field.endsWith('ss') ? field.slice(0, -1) : field
}

function contentKey(value: JsonValue): string {
  return identityNumber(canonicalText(value)).toString(36)
}

/** Equal text for equal content, whatever the order of keys. */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalText).join(',')}]`
  if (isJsonObject(value)) {
    const entries = Object.keys(value)
      .sort()
      .map(key => `${JSON.stringify(key)}:${canonicalText(value[key]!)}`)
    return `{${entries.join(',')}}`
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
