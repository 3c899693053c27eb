import type { Draft, DraftObject } from './decode.ts'
import { isDraftObject } from './encode.ts'

/** What the server's storage strategies change before an object is created, beside generated metadata and status. */
export function prepareForCreate(type: string, object: DraftObject): void {
  if (type === 'core/v1.Secret') foldStringData(object)
  if (type === 'core/v1.PersistentVolumeClaim') mirrorDataSource(object['spec'])
  if (type === 'core/v1.Namespace') object['spec'] = { finalizers: ['kubernetes'] }
  if (type === 'core/v1.Service') completeService(object['spec'])
}

/**
 * The parts of a Service's addresses that do not depend on the cluster's allocations: a headless Service has no
 * address, and one that asks for nothing else gets the single family of the cluster, which is taken to be IPv4.
 */
function completeService(spec: Draft | undefined): void {
  if (!isDraftObject(spec) || spec['type'] === 'ExternalName') return
  if (spec['clusterIP'] === 'None' && spec['clusterIPs'] === undefined) spec['clusterIPs'] = ['None']
  const isHeadlessWithoutSelector = spec['clusterIP'] === 'None' && !isDraftObject(spec['selector'])
  if (spec['ipFamilyPolicy'] === undefined)
    spec['ipFamilyPolicy'] = isHeadlessWithoutSelector ? 'RequireDualStack' : 'SingleStack'
  if (spec['ipFamilies'] === undefined) spec['ipFamilies'] = isHeadlessWithoutSelector ? ['IPv4', 'IPv6'] : ['IPv4']
}

/** `stringData` is write-only: its values win over `data` of the same key, in base64. */
function foldStringData(secret: DraftObject): void {
  const text = secret['stringData']
  if (isDraftObject(text)) {
    const data: DraftObject = isDraftObject(secret['data']) ? secret['data'] : (Object.create(null) as DraftObject)
    for (const key of Object.keys(text)) if (typeof text[key] === 'string') data[key] = base64(text[key])
    if (Object.keys(data).length > 0) secret['data'] = data
  }
  delete secret['stringData']
}

/** Keeps `dataSource` and `dataSourceRef` of a claim the same where only one is given. */
function mirrorDataSource(spec: Draft | undefined): void {
  if (!isDraftObject(spec)) return
  const { dataSource, dataSourceRef } = spec
  if (isDraftObject(dataSource) && dataSourceRef === undefined) spec['dataSourceRef'] = { ...dataSource }
  if (isDraftObject(dataSourceRef) && dataSource === undefined && dataSourceRef['namespace'] === undefined)
    spec['dataSource'] = { ...dataSourceRef }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 base64 of the UTF-8 bytes, with padding. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    out += alphabet[a >> 2]! + alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    out +=
      b === undefined
        ? '=='
        : alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)]! + (c === undefined ? '=' : alphabet[c & 63]!)
  }
  return out
}
