import type { Inventory, InventoryObject } from '../../../inventory/inventory.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'

/** Ingresses that collide or lead nowhere: BW-NET-016 and 019. */
export function checkIngresses(inventory: Inventory, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-016', 'BW-NET-019')) return
  const claims = new Map<string, { readonly ingress: InventoryObject; readonly path: JsonPath }>()
  for (const ingress of inventory.objects) {
    if (ingress.ref.kind !== 'Ingress' || !ingressGroups.has(ingress.ref.group)) continue
    checkBackends(ingress, inventory, answers)
    checkClaims(ingress, claims, answers)
  }
}

const ingressGroups: ReadonlySet<string> = new Set(['networking.k8s.io', 'extensions'])

interface Backend {
  readonly path: JsonPath
  readonly value: JsonValue
}

/** Every backend of an Ingress: the default one and those of its paths. */
function backendsOf(ingress: InventoryObject): readonly Backend[] {
  const spec = ownValue(ingress.object, 'spec')
  const found: Backend[] = []
  const add = (path: JsonPath, value: JsonValue | undefined): void => {
    if (value !== undefined && value !== null) found.push({ path, value })
  }
  add(['spec', 'defaultBackend'], ownValue(spec, 'defaultBackend'))
  add(['spec', 'backend'], ownValue(spec, 'backend'))
  for (const { at, value } of httpPaths(ingress)) add([...at, 'backend'], ownValue(value, 'backend'))
  return found
}

function httpPaths(ingress: InventoryObject): readonly { at: JsonPath; host: string; value: JsonValue }[] {
  return list(valueAt(ingress.object, ['spec', 'rules'])).flatMap((rule, r) => {
    const host = ownValue(rule, 'host')
    return list(valueAt(rule, ['http', 'paths'])).map((value, p) => ({
      at: ['spec', 'rules', r, 'http', 'paths', p],
      host: typeof host === 'string' ? host : '',
      value,
    }))
  })
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function checkBackends(ingress: InventoryObject, inventory: Inventory, answers: SnapshotAnswers): void {
  const { namespace } = ingress.ref
  const isDescribed = inventory.objects.some(({ ref }) => ref.kind === 'Service' && ref.namespace === namespace)
  for (const { path, value } of backendsOf(ingress)) {
    const name = valueAt(value, ['service', 'name']) ?? ownValue(value, 'serviceName')
    if (typeof name !== 'string') continue
    const port =
      valueAt(value, ['service', 'port', 'number']) ??
      valueAt(value, ['service', 'port', 'name']) ??
      ownValue(value, 'servicePort')
    const at = [{ object: ingress, path, key: `backend/${name}:${String(port ?? '')}` }]
    const service = inventory.get('', 'Service', namespace, name)
    if (service === undefined) {
      const message = `the backend names Service "${name}", which namespace "${namespace}" does not have`
      if (isDescribed) answers.fail('BW-NET-019', ingress, { message, at })
      else answers.unknown('BW-NET-019', ingress, { message, at, reason: 'no Service of the namespace was read' })
    } else if (port !== undefined && !servesPort(service, port)) {
      answers.fail('BW-NET-019', ingress, { message: `Service "${name}" has no port ${JSON.stringify(port)}`, at })
    } else answers.pass('BW-NET-019')
  }
}

function servesPort(service: InventoryObject, port: JsonValue): boolean {
  if (valueAt(service.object, ['spec', 'type']) === 'ExternalName') return true
  return list(valueAt(service.object, ['spec', 'ports'])).some(
    entry => ownValue(entry, 'port') === port || ownValue(entry, 'name') === port,
  )
}

/** The same host and path in two namespaces: which of them is served depends on the controller. */
function checkClaims(
  ingress: InventoryObject,
  claims: Map<string, { readonly ingress: InventoryObject; readonly path: JsonPath }>,
  answers: SnapshotAnswers,
): void {
  const className = valueAt(ingress.object, ['spec', 'ingressClassName']) ?? null
  for (const { at, host, value } of httpPaths(ingress)) {
    if (host === '') continue
    const path = ownValue(value, 'path') ?? '/'
    const key = JSON.stringify([className, host, path, ownValue(value, 'pathType') ?? null])
    const known = claims.get(key)
    if (known === undefined) claims.set(key, { ingress, path: at })
    else if (known.ingress.ref.namespace !== ingress.ref.namespace) {
      const { namespace, name } = known.ingress.ref
      answers.fail('BW-NET-016', ingress, {
        message: `Ingress "${namespace}/${name}" serves ${host}${String(path)} as well`,
        at: [
          { object: ingress, path: at, key: `path/${host}${String(path)}` },
          { object: known.ingress, path: known.path, key: `path/${host}${String(path)}` },
        ],
      })
      continue
    }
    answers.pass('BW-NET-016')
  }
}
