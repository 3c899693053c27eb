import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import { jsonPointer } from '../../../lib/json/json-value.ts'
import type { NetworkPolicyObject, PeerId, Protocol } from '../../../model/network.ts'
import type { WorkloadEnd } from '../questions/ends.ts'
import { between } from '../questions/network-view.ts'
import { openByPod, type Way, waysToPods } from '../questions/outside-ways.ts'
import { type CheckedNetwork, podPeers } from './checked-network.ts'

/** What is open that should not be: BW-NET-117, 119, 120, 130, 131, 139 and 143. */
export function checkReachability(network: CheckedNetwork, answers: SnapshotAnswers): void {
  checkNodes(network, answers)
  checkInternet(network, answers)
  checkAwaited(network, answers)
  checkDatabases(network, answers)
  checkEnvironments(network, answers)
  checkReplicas(network, answers)
  checkSystem(network, answers)
}

const nodePorts: readonly (readonly [number, string])[] = [
  [10250, 'kubelet'],
  [10255, 'read-only kubelet'],
  [2379, 'etcd'],
  [2380, 'etcd peer'],
]

/** Kubelets and etcd of the nodes that were read. */
function checkNodes({ view, ordinary, objectOf }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-117')) return
  const declared = new Set(view.facts.nodes.map(({ name }) => name))
  const nodes = view.engine.peers().filter(peer => peer.kind === 'node' && declared.has(peer.node))
  if (nodes.length === 0) return
  const ids = nodes.map(({ id }) => id)
  for (const workload of ordinary) {
    const isIsolated = workload.peers.every(peer => view.engine.isIsolated(peer, 'egress'))
    // A pod that nothing isolates reaches everything, which BW-NET-001 says.
    if (!isIsolated) continue
    const { connection } = between(view.engine, workload.peers, ids)
    const open = nodePorts.filter(([port]) => connection.must.has('TCP', port))
    if (open.length === 0) answers.pass('BW-NET-117')
    else {
      const what = open.map(([port, name]) => `${name} (${port})`).join(', ')
      answers.fail('BW-NET-117', objectOf(workload), {
        message: `policies let it reach ${what} of ${nodes.length} nodes`,
      })
    }
  }
}

/** A load balancer or a port of nodes, by which the Internet comes, in front of pods that no policy isolates. */
function checkInternet({ view, services, objectOf }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-119')) return
  const workloadOf = new Map(view.workloads.flatMap(workload => workload.pods.map(pod => [pod, workload] as const)))
  const led = new Map<WorkloadEnd, Set<Way>>()
  for (const way of waysToPods(view, services)) {
    if (way.kind === 'ExternalIP') continue
    for (const pod of way.pods) {
      const workload = workloadOf.get(pod)
      if (workload !== undefined && !pod.hostNetwork) entryOf(led, workload, () => new Set()).add(way)
    }
  }
  const openings = new Map<Way, ReturnType<typeof openByPod>>()
  for (const [workload, ways] of led) {
    const isIsolated = workload.peers.every(peer => view.engine.isIsolated(peer, 'ingress'))
    const openBy = (internet: Way['clients']['internet'], bound: 'must' | 'may') =>
      [...ways].filter(way => {
        if (isIsolated || way.clients.internet !== internet) return false
        const openAt = entryOf(openings, way, () => openByPod(view, way))
        return workload.pods.some(pod => !openAt(pod)[bound].isEmpty)
      })
    const object = objectOf(workload)
    const at = (named: readonly Way[]) => [
      { object, path: [], key: '' },
      ...named.map(({ service, label }) =>
        service === undefined
          ? { object, path: [], key: label.replaceAll(' ', '/') }
          : { object: service.object, path: [], key: `service/${service.name}` },
      ),
    ]
    const open = openBy('yes', 'must')
    if (open.length > 0) {
      const message = `${namesOf(open)} leads to it from outside, and no policy isolates its ingress`
      answers.fail('BW-NET-119', object, { message, at: at(open) })
      continue
    }
    const unknown = openBy('maybe', 'may')
    if (unknown.length === 0) answers.pass('BW-NET-119')
    else {
      const message = `whether ${namesOf(unknown)} leads to it from the Internet is not known`
      const problems = unknown.flatMap(({ service }) => service?.sourceRanges.problems ?? [])
      const reason = problems.length === 0 ? 'who is let in is not known' : problems.map(one => one.message).join('; ')
      const places = problems.map(one => ({
        object: one.object,
        path: one.path,
        key: `sourceRange${jsonPointer(one.path)}`,
      }))
      answers.unknown('BW-NET-119', object, { message, reason, at: [...at(unknown), ...places] })
    }
  }
}

function namesOf(ways: readonly Way[]): string {
  const names = ways.map(({ service, label }) =>
    service === undefined ? label : `${service.type} Service "${service.name}"`,
  )
  return [...new Set(names)].join(', ')
}

/** Pods that policies isolate, and that yet admit any pod of any namespace. */
function checkAwaited(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-120')) return
  const { view, ordinary, objectOf } = network
  const anyPod = view.engine
    .peers()
    .filter(
      peer =>
        peer.kind === 'notYetExisting' &&
        peer.namespace === undefined &&
        Object.keys(peer.namespaceLabels).length === 0 &&
        Object.keys(peer.labels).length === 0,
    )
    .map(({ id }) => id)
  if (anyPod.length === 0) return
  for (const workload of ordinary) {
    if (!workload.peers.every(peer => view.engine.isIsolated(peer, 'ingress'))) continue
    const { connection } = between(view.engine, anyPod, workload.peers)
    if (connection.must.isEmpty) {
      answers.pass('BW-NET-120')
      continue
    }
    const object = objectOf(workload)
    const rules = workload.peers
      .flatMap(peer => view.engine.policiesOf(peer).ingress)
      .flatMap(policy => policy.ingress.filter(rule => admitsAnyPod(rule)).map(rule => ({ policy, rule })))
    answers.fail('BW-NET-120', object, {
      message: 'policies let pods of every namespace in, those that come later among them',
      at: [
        { object, path: [], key: '' },
        ...unique(rules, ({ policy, rule }) => `${policy.name} ${jsonPointer(rule.path)}`).map(({ policy, rule }) => ({
          object: network.policyObjects.get(policy)!,
          path: rule.path,
          key: `policy/${policy.name}`,
        })),
      ],
    })
  }
}

function admitsAnyPod({ peers, action }: NetworkPolicyObject['ingress'][number]): boolean {
  if (action !== 'allow') return false
  return (
    peers === undefined ||
    peers.some(
      peer =>
        peer.kind === 'pods' &&
        peer.selection.namespaces.kind === 'selector' &&
        peer.selection.namespaces.selector.requirements.length === 0 &&
        (peer.selection.pods === undefined || peer.selection.pods.requirements.length === 0),
    )
  )
}

function unique<T>(list: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  return [...new Map(list.map(entry => [keyOf(entry), entry])).values()]
}

/** Ports that databases and brokers are known by (IANA and their own documents). */
const databasePorts: ReadonlyMap<number, string> = new Map([
  [1433, 'SQL Server'],
  [1521, 'Oracle'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [5672, 'AMQP'],
  [5984, 'CouchDB'],
  [6379, 'Redis'],
  [8086, 'InfluxDB'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9200, 'Elasticsearch'],
  [11211, 'memcached'],
  [27017, 'MongoDB'],
])

/** Databases that any pod of the cluster may open. */
function checkDatabases(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-130')) return
  const { view, ordinary, objectOf } = network
  const everyPod = podPeers(network)
  for (const workload of ordinary) {
    const ports = new Map(
      [...new Set(workload.pods.map(pod => pod.ports))].flatMap(declared =>
        declared
          .filter(({ protocol, port }) => protocol === 'TCP' && databasePorts.has(port))
          .map(({ port }) => [port, databasePorts.get(port)!] as const),
      ),
    )
    for (const [port, name] of ports) {
      const others = everyPod.filter(peer => !workload.peers.includes(peer))
      const open = others.filter(peer => between(view.engine, [peer], workload.peers).connection.must.has('TCP', port))
      const foreign = open.filter(peer => namespaceOf(view.engine.peer(peer)) !== workload.workload.namespace)
      if (foreign.length === 0 || open.length < others.length) {
        answers.pass('BW-NET-130')
        continue
      }
      answers.fail('BW-NET-130', objectOf(workload), {
        message: `${name} (TCP ${port}) is open to every pod of the cluster, ${foreign.length === 1 ? 'one group' : `${foreign.length} groups`} of other namespaces among them`,
        at: [{ object: objectOf(workload), path: [], key: `port/TCP/${port}` }],
      })
    }
  }
}

function namespaceOf(peer: ReturnType<CheckedNetwork['view']['engine']['peer']>): string | undefined {
  return peer.kind === 'class' ? peer.namespace : undefined
}

const environmentKeys = ['environment', 'env', 'app.kubernetes.io/environment', 'stage']
const production = /^(prod|production|prd|live)$/i
const others = /^(dev|development|test|testing|qa|stage|staging|sandbox|preview|int|integration)$/i

/** Pods of a namespace that is labelled as no production, and that reach production. */
function checkEnvironments({ view, objectOf, ordinary }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-131')) return
  const kind = new Map<string, 'production' | 'other'>()
  for (const { name, labels } of view.facts.namespaces) {
    const value = environmentKeys.map(key => labels[key]).find(found => found !== undefined)
    if (value === undefined) continue
    if (production.test(value)) kind.set(name, 'production')
    else if (others.test(value)) kind.set(name, 'other')
  }
  const sources = ordinary.filter(({ workload }) => kind.get(workload.namespace) === 'other')
  for (const target of ordinary) {
    if (kind.get(target.workload.namespace) !== 'production' || sources.length === 0) continue
    const open = sources.filter(source => !between(view.engine, source.peers, target.peers).connection.must.isEmpty)
    if (open.length === 0) {
      answers.pass('BW-NET-131')
      continue
    }
    const namespaces = [...new Set(open.map(({ workload }) => workload.namespace))].sort()
    answers.fail('BW-NET-131', objectOf(target), {
      message: `pods of ${namespaces.map(name => `"${name}"`).join(', ')}, which is no production, reach it`,
    })
  }
}

/** Replicas of one workload that policies treat differently. */
function checkReplicas({ view, ordinary, objectOf }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-139')) return
  for (const workload of ordinary) {
    if (workload.pods.length < 2) continue
    const prints = new Set(
      workload.peers.map(peer => {
        const { ingress, egress } = view.engine.policiesOf(peer)
        const names = (policies: readonly NetworkPolicyObject[]) =>
          policies.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`).sort()
        return JSON.stringify([names(ingress), names(egress)])
      }),
    )
    if (prints.size < 2) answers.pass('BW-NET-139')
    else {
      answers.fail('BW-NET-139', objectOf(workload), {
        message: `its ${workload.pods.length} pods are selected by ${prints.size} different sets of policies`,
      })
    }
  }
}

const systemNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease'])
const adminPorts: ReadonlyMap<number, string> = new Map([
  [2379, 'etcd'],
  [2380, 'etcd peer'],
  [6443, 'API server'],
  [9443, 'admission webhook'],
  [10250, 'kubelet or metrics'],
  [10257, 'controller manager'],
  [10259, 'scheduler'],
  [44134, 'Tiller'],
])

/** Admin ports of system namespaces that pods of tenants reach. */
function checkSystem({ view, ordinary, objectOf }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-143')) return
  const tenants: PeerId[] = ordinary
    .filter(({ workload }) => !systemNamespaces.has(workload.namespace))
    .flatMap(({ peers }) => peers)
  if (tenants.length === 0) return
  for (const workload of ordinary) {
    if (!systemNamespaces.has(workload.workload.namespace)) continue
    const declared = new Map<number, Protocol>()
    for (const pod of workload.pods)
      for (const { port, protocol } of pod.ports)
        if (protocol === 'TCP' && adminPorts.has(port)) declared.set(port, protocol)
    for (const port of declared.keys()) {
      const { connection } = between(view.engine, tenants, workload.peers)
      if (!connection.must.has('TCP', port)) answers.pass('BW-NET-143')
      else {
        answers.fail('BW-NET-143', objectOf(workload), {
          message: `pods of other namespaces reach its port ${port} (${adminPorts.get(port)})`,
          at: [{ object: objectOf(workload), path: [], key: `port/TCP/${port}` }],
        })
      }
    }
  }
}
