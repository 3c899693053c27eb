import { type CelValue, unknown } from '../../../lib/cel/values.ts'
import type { GroupVersionKind, GroupVersionResource } from '../request.ts'
import type { AdmissionAttributes } from './attributes.ts'

/** `request` as expressions see it: empty texts are absent, as the server's type says. */
export function requestValue(
  attributes: AdmissionAttributes,
  resource: GroupVersionResource,
  kind: GroupVersionKind,
): CelValue {
  const { subResource, namespace } = attributes
  const request: Record<string, CelValue> = {
    kind: kindValue(kind),
    resource: resourceValue(resource),
    requestKind: kindValue(attributes.kind),
    requestResource: resourceValue(attributes.resource),
    operation: attributes.operation,
    userInfo: attributes.userInfo,
    dryRun: attributes.dryRun,
    options: attributes.options,
  }
  if (subResource !== '') {
    request['subResource'] = subResource
    request['requestSubResource'] = subResource
  }
  const name = attributes.name ?? generatedName
  if (name !== '') request['name'] = name
  if (namespace !== '') request['namespace'] = namespace
  return request
}

/** Stands for a name that the server makes out of generateName. */
export const generatedName = unknown('the API server generates the name')

function kindValue({ group, version, kind }: GroupVersionKind): CelValue {
  return { group, version, kind }
}

function resourceValue({ group, version, resource }: GroupVersionResource): CelValue {
  return { group, version, resource }
}
