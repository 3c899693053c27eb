import { selects } from '../../../inventory/label-selector.ts'
import { targetPorts } from '../../../inventory/network/services.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import type {
  Direction,
  Labels,
  NamespaceScope,
  NetworkPod,
  NetworkPolicyObject,
  NetworkRule,
  PodSelection,
  RulePeer,
  Selector,
} from '../../../model/network.ts'
import { type CheckedNetwork, eachPolicy, type PolicyObjection } from './checked-network.ts'

/** Policies that mean something else than their author wrote: BW-NET-106, 108, 111 to 113, 128, 142. */
export function checkPolicyMeaning(network: CheckedNetwork, answers: SnapshotAnswers): void {
  const isPlain = (policy: NetworkPolicyObject) => policy.kind === 'NetworkPolicy'
  eachPolicy(network, answers, 'BW-NET-106', isPlain, policy => rulesOf(policy).flatMap(({ rule }) => splitPeer(rule)))
  eachPolicy(network, answers, 'BW-NET-108', namesPorts, policy => missingNames(network, policy))
  eachPolicy(network, answers, 'BW-NET-111', isPlain, policy => servicePortRules(network, policy))
  eachPolicy(
    network,
    answers,
    'BW-NET-128',
    () => true,
    policy => hostNetworkSubject(network, policy),
  )
  eachPolicy(network, answers, 'BW-NET-142', selectsNamespaces, policy => ownLabels(policy))
  checkDns(network, answers)
}

interface DirectedRule {
  readonly rule: NetworkRule
  readonly direction: Direction
}

export function rulesOf(policy: NetworkPolicyObject): readonly DirectedRule[] {
  return [
    ...policy.ingress.map(rule => ({ rule, direction: 'ingress' as const })),
    ...policy.egress.map(rule => ({ rule, direction: 'egress' as const })),
  ]
}

/** `- namespaceSelector` and, as an item of its own, `- podSelector`: two peers where one was meant. */
function splitPeer(rule: NetworkRule): readonly PolicyObjection[] {
  const peers = rule.peers ?? []
  return peers.flatMap((peer, i) => {
    const next = peers[i + 1]
    if (peer.kind !== 'pods' || next?.kind !== 'pods') return []
    const isNamespaceAlone = peer.selection.namespaces.kind === 'selector' && !peer.hasPodSelector
    const isPodAlone = next.selection.namespaces.kind === 'name' && next.hasPodSelector
    if (!isNamespaceAlone || !isPodAlone) return []
    return [
      {
        message:
          'namespaceSelector and podSelector are two items, so that either suffices: all pods of those namespaces are meant',
        path: next.path,
        key: `peer/${next.selection.pods?.key ?? ''}`,
      },
    ]
  })
}

function namesPorts(policy: NetworkPolicyObject): boolean {
  return rulesOf(policy).some(({ rule }) => rule.ports?.some(port => port.kind === 'named'))
}

function missingNames(network: CheckedNetwork, policy: NetworkPolicyObject): readonly PolicyObjection[] {
  return rulesOf(policy).flatMap(({ rule, direction }) =>
    (rule.ports ?? []).flatMap(port => {
      if (port.kind !== 'named') return []
      const pods = direction === 'ingress' ? subjectPods(network, policy) : peerPods(network, rule)
      if (pods.length === 0) return []
      const having = pods.filter(pod =>
        pod.ports.some(
          ({ name, protocol }) => name === port.name && (port.protocol === undefined || protocol === port.protocol),
        ),
      )
      if (having.length === pods.length) return []
      const who = having.length === 0 ? 'none' : `only ${having.length}`
      return [
        {
          message: `${who} of the ${pods.length} pods concerned ${having.length === 1 ? 'has' : 'have'} a port named "${port.name}"${port.protocol === undefined ? '' : ` (${port.protocol})`}`,
          path: port.path,
          key: `port/${direction}/${port.name}`,
        },
      ]
    }),
  )
}

function subjectPods({ view }: CheckedNetwork, policy: NetworkPolicyObject): readonly NetworkPod[] {
  return view.engine.subjectOf(policy).flatMap(id => podsOf(view.engine.peer(id)))
}

function podsOf(peer: ReturnType<CheckedNetwork['view']['engine']['peer']>): readonly NetworkPod[] {
  return peer.kind === 'class' ? peer.pods : []
}

/** Pods that the peers of a rule select; only those of whole namespaces and of labels, which have named ports. */
function peerPods(network: CheckedNetwork, rule: NetworkRule): readonly NetworkPod[] {
  const selections = rule.peers?.flatMap(peer => (peer.kind === 'pods' ? [peer.selection] : []))
  const pods = selections?.flatMap(selection => selectedPods(network, selection)) ?? network.view.facts.pods
  return [...new Set(pods)].filter(pod => !pod.hostNetwork)
}

/** Pods of some namespaces by their labels, those on the network of their node among them. */
function selectedPods(network: CheckedNetwork, { namespaces, pods }: PodSelection): readonly NetworkPod[] {
  return namespacesOf(network, namespaces).flatMap(name => {
    const found = network.podsIn.get(name)
    if (found === undefined) return []
    return pods === undefined ? found.items : found.selected({ kind: 'selector', requirements: pods.requirements })
  })
}

function namespacesOf({ view }: CheckedNetwork, scope: NamespaceScope): readonly string[] {
  if (scope.kind === 'none') return []
  if (scope.kind === 'name') return [scope.name]
  return view.facts.namespaces
    .filter(({ name, labels }) => holds(scope.selector, { ...labels, 'kubernetes.io/metadata.name': name }))
    .map(({ name }) => name)
}

function holds({ requirements }: Selector, labels: Labels): boolean {
  return selects({ kind: 'selector', requirements }, labels)
}

/** A rule that opens the port of a Service where its pods listen on another: policies are about pods. */
function servicePortRules(network: CheckedNetwork, policy: NetworkPolicyObject): readonly PolicyObjection[] {
  return rulesOf(policy).flatMap(({ rule, direction }) => {
    const pods = new Set(direction === 'ingress' ? subjectPods(network, policy) : peerPods(network, rule))
    return (rule.ports ?? []).flatMap(port => {
      if (port.kind !== 'range' || port.from !== port.to) return []
      const { from: number, protocol } = port
      const declares = [...pods].some(pod => pod.ports.some(own => own.port === number && own.protocol === protocol))
      if (declares) return []
      for (const service of network.services) {
        const own = service.ports.find(one => one.port === number && one.protocol === protocol)
        const behind = service.pods.filter(pod => pods.has(pod))
        if (own === undefined || behind.length === 0 || behind.length < pods.size) continue
        const targets = new Set(behind.flatMap(pod => targetPorts(own, pod)))
        if (targets.has(number) || targets.size === 0) continue
        return [
          {
            message: `${protocol} ${number} is the port of Service "${service.name}"; its pods listen on ${[...targets].join(', ')}, and policies are about pods`,
            path: port.path,
            key: `port/${direction}/${protocol}/${number}`,
          },
        ]
      }
      return []
    })
  })
}

function hostNetworkSubject(network: CheckedNetwork, policy: NetworkPolicyObject): readonly PolicyObjection[] {
  const { pods } = policy.subject
  // A policy for all pods of a namespace is not about the one pod on the network of its node.
  if (pods === undefined || pods.requirements.length === 0) return []
  if (subjectPods(network, policy).length > 0) return []
  const matching = selectedPods(network, policy.subject).filter(pod => pod.hostNetwork)
  if (matching.length === 0) return []
  const names = [...new Set(matching.map(({ workload }) => `${workload.kind} ${workload.name}`))]
  return [
    {
      message: `every pod that it selects (${names.join(', ')}) is on the network of its node, where no policy has an effect`,
      path: pods.path,
      key: '',
    },
  ]
}

function selectsNamespaces(policy: NetworkPolicyObject): boolean {
  return rulesOf(policy).some(({ rule }) => rule.peers?.some(isByNamespaceLabel))
}

function isByNamespaceLabel(peer: RulePeer): boolean {
  return (
    peer.kind === 'pods' &&
    peer.selection.namespaces.kind === 'selector' &&
    peer.selection.namespaces.selector.requirements.length > 0
  )
}

/** Labels of the API server's own cannot be set by the owner of a namespace. */
function ownLabels(policy: NetworkPolicyObject): readonly PolicyObjection[] {
  return policy.ingress.flatMap(rule =>
    (rule.peers ?? []).flatMap(peer => {
      if (rule.action !== 'allow' || peer.kind !== 'pods' || peer.selection.namespaces.kind !== 'selector') return []
      const { requirements } = peer.selection.namespaces.selector
      const positive = requirements.filter(({ operator }) => operator === 'In' || operator === 'Exists')
      if (requirements.length === 0 || positive.some(({ key }) => key === 'kubernetes.io/metadata.name')) return []
      const keys = requirements.map(({ key }) => key)
      return [
        {
          message: `the namespace is told by ${keys.map(key => `"${key}"`).join(', ')}, which whoever may change a namespace can set`,
          path: peer.selection.namespaces.selector.path,
          key: `namespaces/${peer.selection.namespaces.selector.key}`,
        },
      ]
    }),
  )
}

const dnsPort = 53

/** Pods whose egress is isolated and who cannot ask for names, or only over UDP: BW-NET-112 and 113. */
function checkDns(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-112', 'BW-NET-113')) return
  const { engine } = network.view
  for (const workload of network.ordinary) {
    const peers = workload.peers.filter(peer => engine.isIsolated(peer, 'egress'))
    if (peers.length === 0) continue
    const policies = peers
      .flatMap(peer => engine.policiesOf(peer).egress)
      .filter(({ kind }) => kind === 'NetworkPolicy')
    const opens = (protocol: 'TCP' | 'UDP') =>
      policies.some(policy =>
        policy.egress.some(
          rule =>
            (rule.peers === undefined || rule.peers.length > 0) &&
            (rule.ports === undefined ||
              rule.ports.some(
                port =>
                  (port.kind === 'range' && port.protocol === protocol && port.from <= dnsPort && dnsPort <= port.to) ||
                  (port.kind === 'named' && /^dns/.test(port.name) && (port.protocol ?? protocol) === protocol),
              )),
        ),
      )
    const object = network.objectOf(workload)
    const at = [...new Set(policies)].map(policy => ({
      object: network.policyObjects.get(policy)!,
      path: ['spec'],
      key: `policy/${policy.name}`,
    }))
    const udp = opens('UDP')
    const tcp = opens('TCP')
    const allows = policies.some(({ egress }) => egress.length > 0)
    // A pod that may connect to nothing needs no names.
    if (!allows) continue
    if (udp || tcp) answers.pass('BW-NET-112')
    else
      answers.fail('BW-NET-112', object, {
        message: 'its egress is limited and nothing opens port 53: it cannot look names up',
        at: [{ object, path: [], key: '' }, ...at],
      })
    if (udp && !tcp) {
      answers.fail('BW-NET-113', object, {
        message: 'port 53 is open over UDP alone: answers that do not fit into a datagram are lost',
        at: [{ object, path: [], key: '' }, ...at],
      })
    } else if (udp) answers.pass('BW-NET-113')
  }
}
