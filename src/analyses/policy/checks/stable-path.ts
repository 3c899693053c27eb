import { isJsonObject, type JsonObject, type JsonPath, valueAt } from '../../../lib/json/json-value.ts'

/** A path in which items of lists bear their names where they have one, never a mere position where that can be helped. */
export function stablePath(object: JsonObject, path: JsonPath): string {
  let text = ''
  path.forEach((step, i) => {
    if (typeof step === 'string') text += text === '' ? step : `.${step}`
    else {
      const item = valueAt(object, path.slice(0, i + 1))
      const name = isJsonObject(item) ? item['name'] : undefined
      text += `[${typeof name === 'string' ? name : step}]`
    }
  })
  return text
}
