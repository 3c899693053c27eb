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
import { admission, entranceOf, handingOn, isEntrance, nodeOfAll, noPorts, withNodes } from './entrance.ts'
import { between, type NetworkView } from './network-view.ts'
import { hasPort, type OpenPorts } from './open-ports.ts'
import { type MeantEnd, servicePorts } from './peer-words.ts'
import { numberRanges, rangeLabel, textRanges } from './range-text.ts'

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
  /** What the Service does before policies are asked, or to what they see; `undefined` where that changes nothing. */
  readonly wayIn: WayIn | undefined
}

/**
 * `barred`: its load balancer does not let the source in; `unread`: whom it lets in is not known; `handedOn`: policies may
 * see the address of a node in place of the source's, and would answer otherwise.
 */
export interface WayIn {
  readonly kind: 'barred' | 'unread' | 'handedOn'
  readonly service: string
  readonly sourceRanges: readonly string[]
}

/** Asks about every pair of the ends that two words mean. */
export function canConnect(
  view: NetworkView,
  src: readonly MeantEnd[],
  dst: readonly MeantEnd[],
  asked: AskedPort | undefined,
  service: NetworkService | undefined,
): CanAnswer {
  const pairs = src.flatMap(from => {
    if (service === undefined || from.outside.length === 0 || !isEntrance(service))
      return dst.flatMap(to => answersOf(view, from, to, asked, service))
    return admittedParts(from, service).flatMap(({ end, isAdmitted }) =>
      dst.flatMap(to =>
        answersOf(view, end, to, asked, service).map(pair => throughEntrance(view, pair, service, isAdmitted)),
      ),
    )
  })
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

/** A source outside, cut along what the load balancer lets in. */
function admittedParts(
  end: MeantEnd,
  service: NetworkService,
): readonly { readonly end: MeantEnd; readonly isAdmitted: 'yes' | 'maybe' | 'no' }[] {
  const entrance = entranceOf(service)
  const answers = end.outside.map(range => admission(entrance, numberRanges(range)))
  const parts = (['yes', 'maybe', 'no'] as const).flatMap(isAdmitted => {
    const outside = answers.flatMap(answer => textRanges(answer[isAdmitted]))
    return outside.length === 0 ? [] : [{ end: { ...end, label: rangeLabel(outside), outside }, isAdmitted }]
  })
  return parts.length === 1 ? [{ ...parts[0]!, end }] : parts
}

/** An answer about policies alone as that about a connection that comes through the Service. */
function throughEntrance(
  view: NetworkView,
  pair: PairAnswer,
  service: NetworkService,
  isAdmitted: 'yes' | 'maybe' | 'no',
): PairAnswer {
  const wayIn = (kind: WayIn['kind']): WayIn => ({
    kind,
    service: `${service.namespace}/${service.name}`,
    sourceRanges: service.sourceRanges.admitted,
  })
  if (pair.missingPort !== undefined) return pair
  if (isAdmitted === 'no') {
    const open = pair.open === undefined ? undefined : { must: noPorts, may: noPorts }
    return { ...pair, verdict: { answer: 'deny' }, open, explanation: undefined, wayIn: wayIn('barred') }
  }
  const seen = entranceOf(service).seen === 'node' ? handedOn(view, pair) : pair
  const isHandedOn = seen.verdict.answer !== pair.verdict.answer
  if (isAdmitted === 'yes' || seen.verdict.answer === 'deny')
    return isHandedOn ? { ...seen, wayIn: wayIn('handedOn') } : seen
  const reasons = seen.verdict.answer === 'unknown' ? seen.verdict.reasons : []
  const open = seen.open === undefined ? undefined : { must: noPorts, may: seen.open.may }
  const verdict: NetworkVerdict = { answer: 'unknown', reasons: ['source-ranges', ...reasons] }
  return { ...seen, verdict, open, wayIn: wayIn('unread') }
}

/** The answer where policies may see a node in the place of the source: certain where both are answered alike. */
function handedOn(view: NetworkView, pair: PairAnswer): PairAnswer {
  const { src, dst, port, open, verdict } = pair
  const nodes = handingOn(view)(src.outside[0]!.family, dst.endpoint.peers, nodeOfAll(dst.pods))
  if (nodes === undefined) return pair
  const unsure: NetworkVerdict = {
    answer: 'unknown',
    reasons: [...new Set(['node-address' as const, ...(verdict.answer === 'unknown' ? verdict.reasons : [])])],
  }
  if (open !== undefined) {
    const seen = withNodes(open, nodes)
    const answer = !seen.must.isEmpty ? 'allow' : seen.may.isEmpty ? 'deny' : 'unknown'
    return { ...pair, open: seen, verdict: answer === 'unknown' ? unsure : { answer } }
  }
  // What has no ports comes through no Service.
  if (port?.protocol === undefined) return pair
  const isLetIn = hasPort(nodes.must, port.protocol, port.port)
  const isKeptOut = !hasPort(nodes.may, port.protocol, port.port)
  const isSame = (verdict.answer === 'allow' && isLetIn) || (verdict.answer === 'deny' && isKeptOut)
  return isSame ? pair : { ...pair, verdict: unsure }
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
    return [
      {
        src,
        dst,
        verdict,
        port: undefined,
        open: connection,
        explanation: undefined,
        missingPort: undefined,
        wayIn: undefined,
      },
    ]
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
        wayIn: undefined,
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
      wayIn: undefined,
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
