// Makes the clusters of the network benchmark, the same on every machine for the same seed.
import type { JsonObject } from '../src/lib/json/json-value.ts'
import type { NetworkFacts, NetworkNamespace, NetworkPod } from '../src/model/network.ts'
import { readNetworkPolicies } from '../src/read/network/read-network-policies.ts'
import { SeededRandom } from '../test/random.ts'

export interface NetworkShape {
  readonly pods: number
  readonly namespaces: number
  readonly policies: number
  /** Policies that take another selector over a tenth or more of all namespaces. */
  readonly wideSelectors: number
  /** Namespaces carry this many labels of their own, each wide and independent of the others: cells multiply. */
  readonly independentLabels: number
  readonly clusterPolicies: number
}

export const networkShape = (
  pods: number,
  namespaces: number,
  policies: number,
  more: Partial<NetworkShape> = {},
): NetworkShape => ({ pods, namespaces, policies, wideSelectors: 0, independentLabels: 0, clusterPolicies: 0, ...more })

export interface GeneratedCluster {
  readonly pods: readonly NetworkPod[]
  readonly namespaces: readonly NetworkNamespace[]
  readonly policies: readonly JsonObject[]
}

const roles = ['web', 'api', 'worker', 'cache', 'db', 'queue', 'cron', 'gateway'] as const
const port = { web: 8080, api: 8443, worker: 9000, cache: 6379, db: 5432, queue: 5672, cron: 9100, gateway: 443 }
const envs = ['dev', 'test', 'stage', 'prod']
const tiers = ['front', 'back', 'data']
const place = { file: 'cluster.json', line: 1 }

export function generateNetworkCluster(shape: NetworkShape, seed = 1): GeneratedCluster {
  const random = new SeededRandom(seed)
  const teams = Math.max(4, Math.floor(shape.namespaces / 25))
  const namespaces = Array.from({ length: shape.namespaces }, (_, i): NetworkNamespace => {
    const labels: Record<string, string> = {
      team: `team-${i % teams}`,
      env: random.pick(envs),
      tier: random.pick(tiers),
      bucket: `${i % 200}`,
    }
    for (let label = 0; label < shape.independentLabels; label++)
      labels[`flag-${label}`] = random.chance(0.5) ? 'on' : 'off'
    return { name: `ns-${i}`, labels, isDeclared: true, ...place }
  })
  const pods = generatePods(random, shape, namespaces)
  const policies = Array.from({ length: shape.policies }, (_, i) =>
    networkPolicy(random, i, namespaces[i % namespaces.length]!, shape, teams),
  )
  const cluster = Array.from({ length: shape.clusterPolicies }, (_, i) => clusterPolicy(random, i))
  return { pods, namespaces, policies: [...policies, ...cluster] }
}

export function factsOfCluster({ pods, namespaces, policies }: GeneratedCluster): NetworkFacts {
  return { pods, namespaces, nodes: [], policies: policies.flatMap(policyOf) }
}

export function policyOf(object: JsonObject) {
  return readNetworkPolicies({ ...place, object, locate: () => ({ line: 1, column: 1 }) }, 'default')
}

function generatePods(
  random: SeededRandom,
  shape: NetworkShape,
  namespaces: readonly NetworkNamespace[],
): NetworkPod[] {
  const pods: NetworkPod[] = []
  for (let workload = 0; pods.length < shape.pods; workload++) {
    const namespace = namespaces[workload % namespaces.length]!.name
    const role = random.pick(roles)
    const name = `${role}-${workload}`
    const isStateful = random.chance(0.15)
    const replicas = Math.min(shape.pods - pods.length, 1 + random.below(7))
    const version = `v${random.below(3)}`
    for (let replica = 0; replica < replicas; replica++) {
      const labels: Record<string, string> = { app: role, 'app.kubernetes.io/name': name, version }
      if (isStateful) labels['statefulset.kubernetes.io/pod-name'] = `${name}-${replica}`
      else labels['pod-template-hash'] = (workload * 2654435761).toString(16).slice(0, 9)
      const address = pods.length + 10
      pods.push({
        namespace,
        name: `${name}-${replica}`,
        workload: { namespace, name, kind: isStateful ? 'StatefulSet' : 'Deployment' },
        isTemplate: false,
        replicas: 1,
        labels,
        ports: [
          { name: 'http', port: port[role], protocol: 'TCP' },
          { name: 'metrics', port: random.chance(0.8) ? 9090 : 9102, protocol: 'TCP' },
        ],
        hostNetwork: false,
        phase: 'Running',
        ips: [`10.${128 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}`],
        node: `node-${pods.length % 500}`,
        ...place,
      })
    }
  }
  return pods
}

function networkPolicy(
  random: SeededRandom,
  number: number,
  { name: namespace }: NetworkNamespace,
  shape: NetworkShape,
  teams: number,
): JsonObject {
  const policy = (spec: JsonObject): JsonObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `policy-${number}`, namespace },
    spec,
  })
  const role = random.pick(roles)
  const subject = { podSelector: { matchLabels: { app: role } } }
  const team = { namespaceSelector: { matchLabels: { team: `team-${random.below(teams)}` } } }
  const tcp = (from: number, to?: number) => [
    { protocol: 'TCP', port: from, ...(to === undefined ? {} : { endPort: to }) },
  ]
  if (number < shape.wideSelectors) {
    const listed = Array.from({ length: 20 + (number % 40) }, (_, i) => `${(number * 7 + i) % 200}`)
    const wide = { namespaceSelector: { matchExpressions: [{ key: 'bucket', operator: 'In', values: listed }] } }
    return policy({ ...subject, ingress: [{ from: [wide], ports: tcp(port[role]) }] })
  }
  if (number < shape.wideSelectors + shape.independentLabels) {
    const label = `flag-${number - shape.wideSelectors}`
    return policy({
      ...subject,
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { [label]: 'on' } } }], ports: tcp(port[role]) }],
    })
  }
  switch (number % 10) {
    case 0:
      return policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })
    case 1:
      return policy({
        ...subject,
        ingress: [{ from: [{ podSelector: { matchLabels: { app: random.pick(roles) } } }], ports: tcp(port[role]) }],
      })
    case 2:
      return policy({ ...subject, ingress: [{ from: [team], ports: [{ port: 'http' }] }] })
    case 3:
      return policy({
        ...subject,
        ingress: [{ from: [team], ports: tcp(8000 + random.below(50), 9000 + random.below(50)) }],
      })
    case 4: {
      const network = `172.${16 + random.below(16)}.${random.below(32) * 8}`
      const block = { ipBlock: { cidr: `${network}.0/21`, except: [`${network}.${random.below(16) * 16}/28`] } }
      return policy({ ...subject, policyTypes: ['Egress'], egress: [{ to: [block], ports: tcp(443) }] })
    }
    case 5: {
      const other = {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': `ns-${random.below(shape.namespaces)}` } },
        podSelector: { matchLabels: { app: random.pick(roles) } },
      }
      return policy({ ...subject, ingress: [{ from: [other], ports: tcp(port[role]) }] })
    }
    case 6: {
      const expressions = [
        { key: 'env', operator: 'In', values: [random.pick(envs)] },
        { key: 'tier', operator: 'NotIn', values: [random.pick(tiers)] },
        { key: 'team', operator: 'In', values: [`team-${random.below(teams)}`, `team-${random.below(teams)}`] },
      ]
      return policy({ ...subject, ingress: [{ from: [{ namespaceSelector: { matchExpressions: expressions } }] }] })
    }
    case 7:
      return policy({
        ...subject,
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'gateway' } } }],
            ports: [{ port: 'metrics' }],
          },
        ],
      })
    case 8:
      return policy({
        ...subject,
        policyTypes: ['Egress'],
        egress: [
          { to: [{ ...team, podSelector: { matchLabels: { app: random.pick(roles) } } }], ports: [{ port: 'http' }] },
        ],
      })
    default:
      return policy({
        ...subject,
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } }] }, { to: [team] }],
      })
  }
}

function clusterPolicy(random: SeededRandom, number: number): JsonObject {
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: `cluster-${number}` },
    spec: {
      tier: number % 2 === 0 ? 'Admin' : 'Baseline',
      priority: number,
      subject: { namespaces: number === 0 ? {} : { matchLabels: { env: random.pick(envs) } } },
      egress: [{ action: 'Deny', to: [{ networks: ['169.254.169.254/32'] }] }],
      ingress: [
        {
          action: number % 2 === 0 ? 'Pass' : 'Accept',
          from: [{ namespaces: { matchLabels: { tier: random.pick(tiers) } } }],
        },
        {
          action: 'Deny',
          from: [{ namespaces: { matchLabels: { env: 'dev' } } }],
          protocols: [{ tcp: { destinationPort: { number: 5432 } } }],
        },
      ],
    },
  }
}
