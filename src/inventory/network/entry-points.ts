import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import { groupOf } from '../../model/subject.ts'
import type { Inventory } from '../inventory.ts'
import type { SnapshotObject } from '../snapshot/snapshot-object.ts'
import { listOf, type NetworkService, type ServicePort } from './services.ts'

/** A way from an ingress controller to a Service: a path of an Ingress, a rule of a Gateway route, an OpenShift Route. */
export interface EntryPoint {
  readonly object: SnapshotObject
  /** Where the backend stands in the object. */
  readonly path: JsonPath
  /** `''` for every host. */
  readonly host: string
  readonly backend: { readonly namespace: string; readonly name: string }
  /** The Service, where it was read. */
  readonly service: NetworkService | undefined
  /** The ports of the Service that the entry leads to; empty where it has no such port. */
  readonly ports: readonly ServicePort[]
  /** False where a backend of another namespace is named without a ReferenceGrant there. */
  readonly isPermitted: boolean
}

/** Every entry point of a snapshot, in the order of the input. */
export function entryPoints(inventory: Inventory, services: readonly NetworkService[]): readonly EntryPoint[] {
  const byName = new Map(services.map(service => [`${service.namespace}/${service.name}`, service]))
  const grants = referenceGrants(inventory)
  const found: EntryPoint[] = []
  const add = (
    object: SnapshotObject,
    path: JsonPath,
    host: string,
    backend: EntryPoint['backend'],
    isPort: (port: ServicePort) => boolean,
  ): void => {
    const service = byName.get(`${backend.namespace}/${backend.name}`)
    const isPermitted = backend.namespace === object.ref.namespace || grants.permit(object, backend)
    found.push({ object, path, host, backend, service, ports: service?.ports.filter(isPort) ?? [], isPermitted })
  }
  for (const object of inventory.objects) {
    const { group, kind } = object.ref
    if (kind === 'Ingress' && (group === 'networking.k8s.io' || group === 'extensions')) addIngress(object, add)
    else if (kind === 'Route' && group === 'route.openshift.io') addRoute(object, add)
    else if (group === 'gateway.networking.k8s.io' && kind.endsWith('Route')) addGatewayRoute(object, add)
  }
  return found
}

type Add = (
  object: SnapshotObject,
  path: JsonPath,
  host: string,
  backend: EntryPoint['backend'],
  isPort: (port: ServicePort) => boolean,
) => void

function addIngress(object: SnapshotObject, add: Add): void {
  const { namespace } = object.ref
  const addBackend = (path: JsonPath, host: string, backend: JsonValue | undefined): void => {
    const name = valueAt(backend ?? null, ['service', 'name']) ?? ownValue(backend, 'serviceName')
    const port = ownValue(ownValue(backend, 'service'), 'port')
    const wanted = ownValue(port, 'number') ?? ownValue(port, 'name') ?? ownValue(backend, 'servicePort')
    if (typeof name === 'string')
      add(
        object,
        path,
        host,
        { namespace, name },
        one => one.port === wanted || (one.name !== '' && one.name === wanted),
      )
  }
  const spec = ownValue(object.object, 'spec')
  addBackend(['spec', 'defaultBackend'], '', ownValue(spec, 'defaultBackend'))
  addBackend(['spec', 'backend'], '', ownValue(spec, 'backend'))
  listOf(ownValue(spec, 'rules')).forEach((rule, r) => {
    const host = ownValue(rule, 'host')
    listOf(valueAt(rule, ['http', 'paths'])).forEach((entry, p) => {
      const path = ['spec', 'rules', r, 'http', 'paths', p, 'backend']
      addBackend(path, typeof host === 'string' ? host : '', ownValue(entry, 'backend'))
    })
  })
}

/** OpenShift: `port.targetPort` is the name of a Service port, or a port of the pods; all ports where it is absent. */
function addRoute(object: SnapshotObject, add: Add): void {
  const spec = ownValue(object.object, 'spec')
  const host = ownValue(spec, 'host')
  const wanted = valueAt(spec ?? null, ['port', 'targetPort'])
  const backends: readonly (readonly [JsonPath, JsonValue | undefined])[] = [
    [['spec', 'to'], ownValue(spec, 'to')],
    ...listOf(ownValue(spec, 'alternateBackends')).map(
      (entry, i) => [['spec', 'alternateBackends', i], entry] as const,
    ),
  ]
  for (const [path, backend] of backends) {
    const name = ownValue(backend, 'name')
    if (typeof name !== 'string' || (ownValue(backend, 'kind') ?? 'Service') !== 'Service') continue
    add(object, path, typeof host === 'string' ? host : '', { namespace: object.ref.namespace, name }, port =>
      wanted === undefined ? true : port.name === wanted || port.target === wanted,
    )
  }
}

/** Gateway API: HTTPRoute, GRPCRoute, TLSRoute, TCPRoute and UDPRoute share `rules[].backendRefs[]`. */
function addGatewayRoute(object: SnapshotObject, add: Add): void {
  const spec = ownValue(object.object, 'spec')
  const hosts = listOf(ownValue(spec, 'hostnames')).filter(host => typeof host === 'string')
  const protocol = object.ref.kind === 'UDPRoute' ? 'UDP' : 'TCP'
  listOf(ownValue(spec, 'rules')).forEach((rule, r) => {
    listOf(ownValue(rule, 'backendRefs')).forEach((reference, b) => {
      const name = ownValue(reference, 'name')
      const isService =
        (ownValue(reference, 'kind') ?? 'Service') === 'Service' && (ownValue(reference, 'group') ?? '') === ''
      if (typeof name !== 'string' || !isService) return
      const namespace = ownValue(reference, 'namespace')
      const wanted = ownValue(reference, 'port')
      const backend = { namespace: typeof namespace === 'string' ? namespace : object.ref.namespace, name }
      add(
        object,
        ['spec', 'rules', r, 'backendRefs', b],
        hosts.join(', '),
        backend,
        port => port.port === wanted && port.protocol === protocol,
      )
    })
  })
}

/** Which routes may name a Service of another namespace (Gateway API ReferenceGrant). */
function referenceGrants(inventory: Inventory): {
  permit: (route: SnapshotObject, backend: EntryPoint['backend']) => boolean
} {
  const grants = inventory.objects.filter(({ ref }) => ref.kind === 'ReferenceGrant')
  return {
    permit: (route, backend) =>
      grants.some(({ ref, object }) => {
        if (ref.namespace !== backend.namespace) return false
        const spec = ownValue(object, 'spec')
        const isFrom = listOf(ownValue(spec, 'from')).some(
          from =>
            ownValue(from, 'group') === groupOf(String(route.object['apiVersion'])) &&
            ownValue(from, 'kind') === route.ref.kind &&
            ownValue(from, 'namespace') === route.ref.namespace,
        )
        const isTo = listOf(ownValue(spec, 'to')).some(
          to =>
            (ownValue(to, 'group') ?? '') === '' &&
            ownValue(to, 'kind') === 'Service' &&
            (ownValue(to, 'name') ?? backend.name) === backend.name,
        )
        return isFrom && isTo
      }),
  }
}
