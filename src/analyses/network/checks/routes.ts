import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { parseCidr } from '../../../lib/ip/address.ts'
import { type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import { entryWays } from '../questions/entries.ts'
import type { CheckedNetwork } from './checked-network.ts'

/** Ways from outside that lead nowhere or further than meant: BW-NET-020, 132 and 133. */
export function checkRoutes(network: CheckedNetwork, answers: SnapshotAnswers): void {
  checkBlockedBackends(network, answers)
  checkClientAddresses(network, answers)
  checkGateways(network, answers)
}

/** Backends that no pod of the cluster may open, the controller included. */
function checkBlockedBackends(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-132')) return
  for (const { entry, ports, workload } of entryWays(network.view, network.entries)) {
    const { kind, namespace, name } = workload.workload
    const at = [
      { object: entry.object, path: entry.path, key: `backend/${entry.backend.namespace}/${entry.backend.name}` },
    ]
    for (const { port, protocol, open, admits } of ports) {
      const what = `${kind} ${namespace}/${name} on ${protocol} ${port}`
      if (open !== 'no' || admits.some(label => controllers.test(label))) answers.pass('BW-NET-132')
      else if (admits.length === 0)
        answers.fail('BW-NET-132', entry.object, { message: `policies let nobody open ${what}`, at })
      else {
        const message = `whether the controller may open ${what} depends on where it runs`
        answers.unknown('BW-NET-132', entry.object, { message, at, reason: `open only to ${admits.join(' or ')}` })
      }
    }
  }
}

/** Names by which the namespaces of ingress controllers and gateways go. */
const controllers = /ingress|gateway|nginx|traefik|haproxy|contour|istio|kong|envoy|openshift-router/

/** Rules about the addresses of clients, behind a Service that rewrites them to those of nodes. */
function checkClientAddresses(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-133')) return
  for (const service of network.services) {
    if (service.type !== 'LoadBalancer' && service.type !== 'NodePort') continue
    const policies = new Set(
      service.pods.flatMap(pod =>
        network.view.engine.peersOfPod(pod).flatMap(peer => network.view.engine.policiesOf(peer).ingress),
      ),
    )
    for (const policy of policies) {
      const rules = policy.ingress.flatMap(rule =>
        (rule.peers ?? []).filter(peer => peer.kind === 'ipBlock' && (parseCidr(peer.cidr)?.bits ?? 0) > 0),
      )
      if (rules.length === 0) continue
      if (service.externalTrafficPolicy === 'Local') {
        answers.pass('BW-NET-133')
        continue
      }
      const object = network.policyObjects.get(policy)!
      answers.fail('BW-NET-133', object, {
        message: `Service "${service.name}" rewrites the addresses of clients to those of nodes (externalTrafficPolicy: Cluster), so that the ipBlock does not see them`,
        at: [
          ...rules.map(peer => ({ object, path: peer.path, key: `peer/${peer.kind === 'ipBlock' ? peer.cidr : ''}` })),
          { object: service.object, path: ['spec'], key: `service/${service.name}` },
        ],
      })
    }
  }
}

/** Gateway API: listeners for all namespaces or without TLS, backends that are missing, grants that are too wide. */
function checkGateways({ inventory, entries }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-020')) return
  for (const object of inventory.objects) {
    if (object.ref.group !== 'gateway.networking.k8s.io') continue
    if (object.ref.kind === 'Gateway') {
      listOf(valueAt(object.object, ['spec', 'listeners'])).forEach((listener, i) => {
        const path = ['spec', 'listeners', i]
        const name = String(ownValue(listener, 'name') ?? i)
        const from = valueAt(listener, ['allowedRoutes', 'namespaces', 'from'])
        const found: string[] = []
        if (from === 'All') found.push(`listener "${name}" takes routes of every namespace`)
        if (ownValue(listener, 'protocol') === 'HTTP') found.push(`listener "${name}" has no TLS`)
        if (found.length === 0) answers.pass('BW-NET-020')
        else
          answers.fail('BW-NET-020', object, {
            message: found.join('; '),
            at: [{ object, path, key: `listener/${name}` }],
          })
      })
    }
    if (object.ref.kind === 'ReferenceGrant') {
      const isWide = listOf(valueAt(object.object, ['spec', 'to'])).some(
        to => ownValue(to, 'kind') === 'Secret' && ownValue(to, 'name') === undefined,
      )
      if (!isWide) answers.pass('BW-NET-020')
      else {
        const at = [{ object, path: ['spec', 'to'], key: 'to/Secret' }]
        answers.fail('BW-NET-020', object, { message: 'the grant opens every Secret of the namespace', at })
      }
    }
  }
  for (const { object, path, backend, service, ports, isPermitted } of entries) {
    if (object.ref.group !== 'gateway.networking.k8s.io') continue
    const name = `${backend.namespace}/${backend.name}`
    const at = [{ object, path, key: `backend/${name}` }]
    if (!isPermitted)
      answers.fail('BW-NET-020', object, {
        message: `no ReferenceGrant of namespace "${backend.namespace}" lets the route name Service "${name}"`,
        at,
      })
    else if (
      service === undefined &&
      inventory.objects.some(({ ref }) => ref.kind === 'Service' && ref.namespace === backend.namespace)
    )
      answers.fail('BW-NET-020', object, { message: `the backend names Service "${name}", which does not exist`, at })
    else if (service !== undefined && ports.length === 0)
      answers.fail('BW-NET-020', object, { message: `Service "${name}" has no such port`, at })
    else if (service !== undefined) answers.pass('BW-NET-020')
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
