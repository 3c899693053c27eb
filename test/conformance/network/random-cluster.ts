import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { Answer, CniProfile } from '../../../src/model/cni-profile.ts'
import type { NetworkNamespace, NetworkNode, NetworkPod } from '../../../src/model/network.ts'
import type { SeededRandom } from '../../random.ts'

/** A cluster as objects, with what its generator knows of them: which entries of policies the API server refuses. */
export interface RandomCluster {
  readonly pods: readonly NetworkPod[]
  readonly namespaces: readonly NetworkNamespace[]
  readonly nodes: readonly NetworkNode[]
  readonly policies: readonly JsonObject[]
  /** Entries (peers, ports, rules, whole specs) that are refused. */
  readonly bad: ReadonlySet<unknown>
  readonly cni: CniProfile
  readonly clusterCidrs: readonly string[]
  readonly isClusterPartial: boolean
}

const apps = ['web', 'api', 'db']
const envs = ['dev', 'prod']
const portNames = ['http', 'dns', 'metrics']
const numbers = [53, 80, 443, 8080, 9090, 65535]
const blocks4 = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.128.0/17',
  '192.168.0.0/16',
  '8.8.8.8/32',
  '10.10.0.0/0',
]
const blocks6 = ['::/0', 'fd00::/8', 'fd00:1::/32', '2001:db8::1/128']
const names = ['api.example.com', '*.example.com', 'www.example.org']

/** `small` clusters with policies of every kind, of which a part is broken. */
export function randomCluster(random: SeededRandom): RandomCluster {
  return new Generator(random).cluster()
}

class Generator {
  private readonly random: SeededRandom
  private readonly bad = new Set<unknown>()
  private readonly isDual: boolean
  private readonly hasAddresses: boolean
  private readonly badness: number

  constructor(random: SeededRandom) {
    this.random = random
    this.isDual = random.chance(0.3)
    this.hasAddresses = random.chance(0.6)
    this.badness = random.chance(0.4) ? 0.06 : 0
  }

  cluster(): RandomCluster {
    const { random } = this
    const namespaces = ['a', 'b', 'c', 'kube-system'].slice(0, 2 + random.below(3)).map(
      (name, i): NetworkNamespace => ({
        name,
        labels: random.chance(0.8) ? { env: random.pick(envs), ...(i === 0 ? { team: 'x' } : {}) } : {},
        isDeclared: random.chance(0.8),
        file: 'f',
        line: 1,
      }),
    )
    const places = namespaces.map(({ name, isDeclared, labels, ...rest }) => ({
      name,
      isDeclared,
      labels: isDeclared ? labels : {},
      ...rest,
    }))
    const nodes = ['n1', 'n2'].slice(0, random.below(3)).map(
      (name, i): NetworkNode => ({
        name,
        labels: { role: random.pick(['worker', 'infra']) },
        addresses: random.chance(0.8) ? [`10.1.200.${i + 1}`, ...(this.isDual ? [`fd00:1::${i + 1}`] : [])] : [],
        file: 'f',
        line: 1,
      }),
    )
    const pods = Array.from({ length: 4 + random.below(8) }, (_, i) => this.pod(i, places))
    const kinds = random.some(['np', 'cnp', 'anp', 'banp'] as const, 1, 4)
    let hasBaseline = false
    const policies = Array.from({ length: 1 + random.below(7) }, (_, i) => {
      const drawn = random.chance(0.5) ? 'np' : random.pick(kinds)
      // There is but one BaselineAdminNetworkPolicy.
      const kind = drawn === 'banp' && hasBaseline ? 'cnp' : drawn
      hasBaseline ||= kind === 'banp'
      return kind === 'np' ? this.networkPolicy(i, places) : this.adminPolicy(i, kind)
    })
    const answer = (): Answer => (random.chance(0.5) ? 'yes' : random.pick(['yes', 'no', 'unknown'] as const))
    const rare = (): Answer => (random.chance(0.9) ? 'yes' : random.pick(['no', 'unknown'] as const))
    const cni: CniProfile = {
      name: 'random',
      enforces: 'yes',
      ipBlockMatchesPods: answer(),
      ipBlockMatchesNodes: answer(),
      hostNetworkByNamespace: random.pick(['no', 'no', 'withEmptyPodSelector', 'unknown'] as const),
      endPort: rare(),
      namedPorts: rare(),
      sctp: rare(),
      ipv6: rare(),
      except: rare(),
      clusterNetworkPolicy: rare(),
      adminNetworkPolicy: rare(),
    }
    return {
      pods,
      namespaces: places,
      nodes,
      policies,
      bad: this.bad,
      cni,
      clusterCidrs: random.chance(0.4) ? ['10.1.0.0/16', ...(this.isDual ? ['fd00:1::/32'] : [])] : [],
      isClusterPartial: random.chance(0.3),
    }
  }

  private pod(i: number, namespaces: readonly NetworkNamespace[]): NetworkPod {
    const { random } = this
    const hostNetwork = random.chance(0.12)
    const labels: Record<string, string> = random.chance(0.1)
      ? {}
      : { app: random.pick(apps), 'pod-template-hash': `h${i}` }
    if (random.chance(0.3)) labels['tier'] = random.pick(['front', 'back'])
    const ips: string[] = []
    if (this.hasAddresses && random.chance(0.9)) {
      if (random.chance(0.9) || !this.isDual)
        ips.push(`10.${random.pick([1, 1, 2])}.${random.pick([0, 129, 250])}.${10 + i}`)
      if (this.isDual && (ips.length === 0 || random.chance(0.7))) ips.push(`fd0${random.pick([0, 1])}:1::${i + 16}`)
    }
    return {
      namespace: random.pick(namespaces).name,
      name: `p${i}`,
      workload: { namespace: 'a', name: `p${i}`, kind: 'Pod' },
      isTemplate: false,
      replicas: 1,
      labels,
      ports: random.some(portNames, 0, 2).flatMap(name =>
        (random.chance(0.2) ? (['TCP', 'UDP'] as const) : [random.pick(['TCP', 'UDP', 'SCTP'] as const)]).map(
          protocol => ({
            name,
            port: random.pick(numbers),
            protocol,
          }),
        ),
      ),
      hostNetwork,
      phase: random.chance(0.05) ? random.pick(['Succeeded', 'Failed'] as const) : 'Running',
      ips: hostNetwork ? ips.slice(0, 1) : ips,
      node: random.chance(0.7) ? random.pick(['n1', 'n2']) : '',
      file: 'f',
      line: 1,
    }
  }

  /** Marks an entry as refused, and returns it. */
  private broken<T>(entry: T): T {
    this.bad.add(entry)
    return entry
  }

  private isBroken(): boolean {
    return this.random.chance(this.badness)
  }

  private selector(keys: Readonly<Record<string, readonly string[]>>): JsonObject {
    const { random } = this
    if (random.chance(0.2)) return {}
    const key = random.pick(Object.keys(keys))
    const values = keys[key]!
    if (random.chance(0.5)) return { matchLabels: { [key]: random.pick(values) } }
    const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'])
    const isList = operator === 'In' || operator === 'NotIn'
    const expression: JsonObject = { key, operator, ...(isList ? { values: random.some(values, 1, 2) } : {}) }
    if (!this.isBroken()) return { matchExpressions: [expression] }
    return this.broken({
      matchExpressions: [
        random.pick<JsonObject>([
          { key, operator: 'In', values: [] },
          { key, operator: 'Exists', values: ['x'] },
          { key, operator: 'Equals', values: ['x'] },
          { key: '-bad', operator: 'Exists' },
        ]),
      ],
    })
  }

  private podSelector(): JsonObject {
    return this.selector({ app: apps, tier: ['front', 'back', 'none'] })
  }

  private namespaceSelector(): JsonObject {
    return this.selector({ env: envs, team: ['x', 'y'], 'kubernetes.io/metadata.name': ['a', 'b', 'c'] })
  }

  private networkPolicy(i: number, namespaces: readonly NetworkNamespace[]): JsonObject {
    const { random } = this
    const spec: Record<string, JsonObject | readonly (JsonObject | string)[]> = {}
    if (random.chance(0.9)) spec['podSelector'] = this.podSelector()
    if (random.chance(0.7)) spec['ingress'] = Array.from({ length: random.below(3) }, () => this.networkRule('from'))
    if (random.chance(0.6)) spec['egress'] = Array.from({ length: random.below(3) }, () => this.networkRule('to'))
    if (random.chance(0.5)) spec['policyTypes'] = random.some(['Ingress', 'Egress'], 1, 2)
    else if (this.isBroken()) spec['policyTypes'] = ['Ingress', this.brokenText('Both')]
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `np${i}`, namespace: random.pick(namespaces).name },
      spec,
    }
  }

  /** A refused word: the policy's metadata cannot carry a mark, so the word itself does. */
  private brokenText(text: string): string {
    this.bad.add(text)
    return text
  }

  private networkRule(side: 'from' | 'to'): JsonObject {
    const { random } = this
    return {
      ...(random.chance(0.85) ? { [side]: Array.from({ length: random.below(3) }, () => this.networkPeer()) } : {}),
      ...(random.chance(0.6) ? { ports: Array.from({ length: random.below(3) }, () => this.networkPort()) } : {}),
    }
  }

  private networkPeer(): JsonObject {
    const { random } = this
    if (this.isBroken()) {
      return this.broken(
        random.pick<() => JsonObject>([
          () => ({}),
          () => ({ ipBlock: { cidr: '10.10.0.0/0#example' } }),
          () => ({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/33'] } }),
          () => ({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
        ])(),
      )
    }
    if (random.chance(0.4)) {
      const is6 = random.chance(this.isDual ? 0.4 : 0.1)
      const cidr = random.pick(is6 ? blocks6 : blocks4)
      const inner = {
        '0.0.0.0/0': ['10.1.0.0/16', '169.254.169.254/32', '10.0.0.0/8'],
        '10.0.0.0/8': ['10.1.128.0/17', '10.2.0.0/16'],
        '::/0': ['fd00:1::/32'],
      }
      const possible = (inner as Record<string, string[]>)[cidr] ?? []
      const except = random.chance(0.5) ? random.some(possible, 0, 2) : []
      return { ipBlock: { cidr, ...(except.length > 0 ? { except } : {}) } }
    }
    const parts = random.pick([['podSelector'], ['namespaceSelector'], ['podSelector', 'namespaceSelector']])
    return Object.fromEntries(
      parts.map(part => [part, part === 'podSelector' ? this.podSelector() : this.namespaceSelector()]),
    )
  }

  private networkPort(): JsonObject {
    const { random } = this
    const protocol = random.chance(0.7) ? { protocol: random.pick(['TCP', 'UDP', 'SCTP']) } : {}
    if (this.isBroken()) {
      return this.broken(
        random.pick<() => JsonObject>([
          () => ({ port: 0 }),
          () => ({ port: 65536 }),
          () => ({ port: '8080' }),
          () => ({ port: 443, endPort: 80 }),
          () => ({ port: 'http', endPort: 80 }),
          () => ({ endPort: 80 }),
          () => ({ port: 80, protocol: 'ICMP' }),
        ])(),
      )
    }
    if (random.chance(0.15)) return protocol
    if (random.chance(0.3)) return { ...protocol, port: random.pick(portNames) }
    const port = random.pick(numbers)
    return { ...protocol, port, ...(random.chance(0.3) ? { endPort: Math.min(65535, port + random.below(1000)) } : {}) }
  }

  private adminPolicy(i: number, kind: 'cnp' | 'anp' | 'banp'): JsonObject {
    const { random } = this
    const isBaseline = kind === 'banp' || (kind === 'cnp' && random.chance(0.4))
    const subject = random.chance(0.5)
      ? { namespaces: this.namespaceSelector() }
      : { pods: { namespaceSelector: this.namespaceSelector(), podSelector: this.podSelector() } }
    const isBad = this.isBroken()
    const rules = (side: 'from' | 'to') => Array.from({ length: random.below(4) }, () => this.adminRule(kind, side))
    const spec: JsonObject = {
      ...(kind === 'banp' ? {} : { priority: random.pick([1, 1, 5, 9]) }),
      ...(kind === 'cnp' ? { tier: isBaseline ? 'Baseline' : 'Admin' } : {}),
      subject: isBad ? {} : subject,
      ingress: rules('from'),
      egress: rules('to'),
    }
    if (isBad) this.broken(spec)
    const group = 'policy.networking.k8s.io'
    const kindName = { cnp: 'ClusterNetworkPolicy', anp: 'AdminNetworkPolicy', banp: 'BaselineAdminNetworkPolicy' }[
      kind
    ]
    return {
      apiVersion: `${group}/${kind === 'cnp' ? 'v1alpha2' : 'v1alpha1'}`,
      kind: kindName,
      metadata: { name: kind === 'banp' ? 'default' : `${kind}${i}` },
      spec,
    }
  }

  private adminRule(kind: 'cnp' | 'anp' | 'banp', side: 'from' | 'to'): JsonObject {
    const { random } = this
    const accept = kind === 'cnp' ? 'Accept' : 'Allow'
    const action = random.pick(kind === 'banp' ? [accept, 'Deny'] : [accept, 'Deny', 'Pass'])
    const peers = Array.from({ length: 1 + random.below(2) }, () => this.adminPeer(side, action === accept))
    const isAddressed = peers.some(peer => 'networks' in peer || 'nodes' in peer || 'domainNames' in peer)
    const ports = random.chance(0.5)
      ? undefined
      : Array.from({ length: 1 + random.below(2) }, () => this.adminPort(kind, !isAddressed))
    const rule: JsonObject = {
      action,
      [side]: peers,
      ...(ports === undefined ? {} : { [kind === 'cnp' ? 'protocols' : 'ports']: ports }),
    }
    return rule
  }

  private adminPeer(side: 'from' | 'to', isAccept: boolean): JsonObject {
    const { random } = this
    if (this.isBroken()) return this.broken(random.pick<() => JsonObject>([() => ({}), () => ({ services: {} })])())
    const draw = random.next()
    if (side === 'to' && draw < 0.2) {
      const cidrs = random.some(this.isDual ? [...blocks4.slice(0, 6), ...blocks6] : blocks4.slice(0, 6), 1, 2)
      return { networks: cidrs }
    }
    if (side === 'to' && draw < 0.3) return { nodes: this.selector({ role: ['worker', 'infra'] }) }
    if (side === 'to' && draw < 0.4 && isAccept) return { domainNames: random.some(names, 1, 2) }
    if (draw < 0.7) return { namespaces: this.namespaceSelector() }
    return { pods: { namespaceSelector: this.namespaceSelector(), podSelector: this.podSelector() } }
  }

  private adminPort(kind: 'cnp' | 'anp' | 'banp', canName: boolean): JsonObject {
    const { random } = this
    const protocol = random.pick(['TCP', 'UDP', 'SCTP'])
    const port = random.pick(numbers)
    const range = { start: Math.min(port, 65000), end: 65000 + random.below(536) }
    if (this.isBroken())
      return this.broken(
        kind === 'cnp'
          ? { tcp: { destinationPort: { range: { start: 9, end: 9 } } } }
          : { portNumber: { protocol: 'TCP', port: 0 } },
      )
    if (canName && random.chance(0.3))
      return kind === 'cnp' ? { destinationNamedPort: random.pick(portNames) } : { namedPort: random.pick(portNames) }
    if (range.start < range.end && random.chance(0.3))
      return kind === 'cnp'
        ? { [protocol.toLowerCase()]: { destinationPort: { range } } }
        : { portRange: { protocol, ...range } }
    return kind === 'cnp'
      ? { [protocol.toLowerCase()]: { destinationPort: { number: port } } }
      : { portNumber: { protocol, port } }
  }
}
