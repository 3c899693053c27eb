import { type NetworkService, targetPorts } from '../../../inventory/network/services.ts'
import type {
  Direction,
  Explanation,
  NetworkVerdict,
  PolicyRef,
  Protocol,
  RuleRef,
  UnknownReason,
} from '../../../model/network.ts'
import { between, type NetworkView } from './network-view.ts'
import type { OpenPorts } from './open-ports.ts'
import { type MeantEnd, servicePorts } from './peer-words.ts'

/** A port in a question: `undefined` protocol is traffic without ports, such as ICMP. */
export interface AskedPort {
  readonly protocol: Protocol | undefined
  /** A name is looked up at the destination. */
  readonly port: number | string
}

/** Reads `TCP/443`, `443`, `UDP/dns`, `ICMP`; `undefined` for anything else. */
export function readAskedPort(text: string): AskedPort | undefined {
  if (/^icmp$/i.test(text)) return { protocol: undefined, port: 0 }
  const match = /^(?:(tcp|udp|sctp)\/)?([a-z0-9-]+)$/i.exec(text)
  if (match === null) return undefined
  const protocol = (match[1]?.toUpperCase() ?? 'TCP') as Protocol
  const word = match[2]!
  if (!/^\d+$/.test(word)) return /[a-z]/i.test(word) ? { protocol, port: word } : undefined
  const port = Number(word)
  return port >= 1 && port <= 65_535 ? { protocol, port } : undefined
}

export interface CanAnswer {
  readonly verdict: 'allow' | 'deny' | 'unknown'
  /** Empty where the verdict is certain. `mixed` where the ends that are meant get different answers. */
  readonly reason: '' | UnknownReason | 'mixed' | 'port'
  readonly pairs: readonly PairAnswer[]
}

/** One pair of ends of a question. */
export interface PairAnswer {
  readonly src: MeantEnd
  readonly dst: MeantEnd
  readonly verdict: NetworkVerdict
  /** The port at the pods, where one was asked for: after a Service's translation, and with its number. */
  readonly port: { readonly protocol: Protocol | undefined; readonly port: number } | undefined
  /** Everything that is open between them, where no port was asked for. */
  readonly open: OpenPorts | undefined
  readonly explanation: Explanation | undefined
  /** The name of a port that the destination does not have, or that its Service does not serve. */
  readonly missingPort: string | undefined
}

/** Asks about every pair of the ends that two words mean. */
export function canConnect(
  view: NetworkView,
  src: readonly MeantEnd[],
  dst: readonly MeantEnd[],
  asked: AskedPort | undefined,
  service: NetworkService | undefined,
): CanAnswer {
  const pairs = src.flatMap(from => dst.flatMap(to => answersOf(view, from, to, asked, service)))
  const answers = new Set(pairs.map(pair => pair.verdict.answer))
  if (answers.size === 1) {
    const [answer] = answers
    if (answer !== 'unknown') return { verdict: answer!, reason: '', pairs }
    const [first] = pairs
    const reason = first!.verdict.answer === 'unknown' ? (first!.verdict.reasons[0] ?? 'mixed') : 'mixed'
    return { verdict: 'unknown', reason: first!.missingPort === undefined ? reason : 'port', pairs }
  }
  return { verdict: 'unknown', reason: 'mixed', pairs }
}

function answersOf(
  view: NetworkView,
  src: MeantEnd,
  dst: MeantEnd,
  asked: AskedPort | undefined,
  service: NetworkService | undefined,
): readonly PairAnswer[] {
  const { engine } = view
  if (asked === undefined) {
    const { connection } = between(engine, src.endpoint.peers, dst.endpoint.peers)
    const verdict: NetworkVerdict = !connection.must.isEmpty
      ? { answer: 'allow' }
      : connection.may.isEmpty
        ? { answer: 'deny' }
        : reasonsFor(view, src, dst, connection)
    return [{ src, dst, verdict, port: undefined, open: connection, explanation: undefined, missingPort: undefined }]
  }
  const { protocol } = asked
  const ports = portsAt(dst, asked, service)
  if (ports.length === 0) {
    const missingPort = String(asked.port)
    return [
      {
        src,
        dst,
        verdict: { answer: 'unknown', reasons: [] },
        port: undefined,
        open: undefined,
        explanation: undefined,
        missingPort,
      },
    ]
  }
  return ports.map(port => {
    const explanation = engine.explain(src.endpoint, dst.endpoint, protocol, port)
    return {
      src,
      dst,
      verdict: explanation.verdict,
      port: { protocol, port },
      open: undefined,
      explanation,
      missingPort: undefined,
    }
  })
}

function reasonsFor(view: NetworkView, src: MeantEnd, dst: MeantEnd, open: OpenPorts): NetworkVerdict {
  for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
    const [range] = open.may.ranges[protocol]
    if (range !== undefined) return view.engine.verdict(src.endpoint, dst.endpoint, protocol, range[0])
  }
  return { answer: 'unknown', reasons: ['icmp'] }
}

/** The numbers that a port means at one end. */
function portsAt(dst: MeantEnd, asked: AskedPort, service: NetworkService | undefined): readonly number[] {
  const { protocol } = asked
  if (protocol === undefined) return [0]
  const found = new Set<number>()
  if (service !== undefined && service.type !== 'ExternalName') {
    const own =
      typeof asked.port === 'number'
        ? servicePorts(service, protocol, asked.port)
        : service.ports.filter(({ name }) => name === asked.port)
    for (const port of own) for (const pod of dst.pods) for (const number of targetPorts(port, pod)) found.add(number)
    return [...found]
  }
  if (typeof asked.port === 'number') return [asked.port]
  for (const pod of dst.pods) for (const port of targetPorts({ target: asked.port, protocol }, pod)) found.add(port)
  return [...found]
}

/** A policy that took part in an answer. */
export interface Decider {
  /** `NetworkPolicy/shop/api`, `ClusterNetworkPolicy/deny-metadata`. */
  readonly policy: string
  readonly direction: Direction
  /** As written, from 0; `null` where it is the policy's isolation, or its absence of a matching rule, that decides. */
  readonly rule: number | null
  readonly file: string
  readonly line: number
}

/** What decided an explained pair, in both directions. */
export function decidersOf({ egress, ingress }: Explanation): readonly Decider[] {
  const found: Decider[] = []
  for (const side of [egress, ingress]) {
    if (side.deciding.length > 0) found.push(...side.deciding.map(rule => ofRule(rule)))
    else if (side.verdict.answer !== 'allow')
      found.push(...side.isolatedBy.map(policy => ofPolicy(policy, side.direction)))
    for (const { policy, rule } of side.verdict.answer === 'unknown' ? side.uncertain : [])
      found.push(rule === undefined ? ofPolicy(policy, side.direction) : ofRule(rule))
  }
  return found
}

function ofRule({ policy, direction, rule, file, line }: RuleRef): Decider {
  return { policy: policyText(policy), direction, rule, file, line }
}

function ofPolicy(policy: PolicyRef, direction: Direction): Decider {
  return { policy: policyText(policy), direction, rule: null, file: policy.file, line: policy.line }
}

/** `NetworkPolicy/shop/api`; cluster-scoped kinds have no namespace. */
export function policyText({ kind, namespace, name }: PolicyRef): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}
