import { type PairAnswer, policyText, type WayIn } from '../../analyses/network/questions/can.ts'
import { portText } from '../../analyses/network/questions/open-ports.ts'
import type { DirectionExplanation, NetworkVerdict, RuleRef } from '../../model/network.ts'

/** Pairs as lines a person reads: the answer, then each direction with what decides. Pairs alike but for an end are one. */
export function explainLines(pairs: readonly PairAnswer[]): readonly string[] {
  const groups = new Map<string, { readonly first: PairAnswer; readonly body: readonly string[]; count: number }>()
  for (const pair of pairs) {
    const body = bodyLines(pair)
    const from = isBarred(pair) ? '' : pair.src.label
    const key = JSON.stringify([from, pair.verdict, pair.port, isOutside(pair) ? '' : pair.dst.label, body])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: pair, body, count: 1 })
    else group.count++
  }
  return [...groups.values()].flatMap(({ first, body, count }, i) => [
    ...(i === 0 ? [] : ['']),
    headLine(first, count - 1),
    ...body,
  ])
}

/** Ranges that one word means, `internet` for example, are told together where they are alike. */
function isOutside({ dst }: PairAnswer): boolean {
  return dst.pods.length === 0
}

/** Ranges outside that a load balancer does not let in are told together as well. */
function isBarred({ wayIn }: PairAnswer): boolean {
  return wayIn?.kind === 'barred'
}

function headLine(pair: PairAnswer, more: number): string {
  const { src, dst, verdict, port } = pair
  const asked =
    port === undefined
      ? ''
      : `  ${port.protocol === undefined ? 'without ports (ICMP)' : `${port.protocol} ${port.port}`}`
  const others = more === 0 ? '' : ` and ${more} more range${more === 1 ? '' : 's'}`
  const ends = isBarred(pair) ? `${src.label}${others} -> ${dst.label}` : `${src.label} -> ${dst.label}${others}`
  return `${ends}${asked}: ${verdictText(verdict)}`
}

function bodyLines({ open, explanation, missingPort, wayIn }: PairAnswer): readonly string[] {
  const lines: string[] = wayIn === undefined ? [] : [wayInLine(wayIn)]
  if (missingPort !== undefined) lines.push(`  no container there declares a port "${missingPort}"`)
  if (open !== undefined) {
    if (!open.must.isEmpty) lines.push(`  open      ${portText(open.must)}`)
    if (!open.may.isEmpty && portText(open.may) !== portText(open.must)) lines.push(`  possibly  ${portText(open.may)}`)
  }
  if (explanation === undefined) return lines
  if (explanation.exemption === 'self') lines.push('  a pod always reaches itself; no policy is asked')
  else if (explanation.exemption === 'ownNode')
    lines.push('  a node and the pods on it always reach each other (probes); no policy is asked')
  else lines.push(...directionLines(explanation.egress), ...directionLines(explanation.ingress))
  return lines
}

function wayInLine({ kind, service, sourceRanges }: WayIn): string {
  switch (kind) {
    case 'barred':
      return `  way in   deny     the load balancer of Service ${service} lets in ${sourceRanges.join(', ')} alone (loadBalancerSourceRanges)`
    case 'unread':
      return `  way in   unknown  loadBalancerSourceRanges of Service ${service} cannot be read: ${sourceRanges.join(', ')}`
    case 'handedOn':
      return `  way in   unknown  Service ${service} may put the address of a node in place of the source (externalTrafficPolicy: Cluster), and policies do not treat both alike`
  }
}

export function verdictText(verdict: NetworkVerdict): string {
  if (verdict.answer !== 'unknown') return verdict.answer.toUpperCase()
  return verdict.reasons.length === 0
    ? 'UNKNOWN'
    : `UNKNOWN (${verdict.reasons.map(reason => reasonTexts[reason]).join('; ')})`
}

const reasonTexts = {
  cni: 'the network engine decides; name it with --cni',
  'pod-ip': 'the address of the pod is not known; --cluster-cidr helps',
  priority: 'policies of equal priority disagree, and their order is not defined',
  fqdn: 'which addresses the name has is not known',
  icmp: 'engines differ over traffic without ports',
  'policy-invalid': 'a policy would be refused by the API server',
  'unsupported-kind': 'a policy of a kind that is not evaluated selects one of the ends',
  labels: 'the labels of a namespace are not known',
  'source-ranges': 'whom the load balancer lets in is not known',
  'node-address': 'policies may see the address of a node in place of the source',
} as const

function directionLines(side: DirectionExplanation): readonly string[] {
  const head = `  ${side.direction.padEnd(8)} ${side.verdict.answer.padEnd(8)}`
  const indent = ' '.repeat(head.length + 1)
  const lines: string[] = []
  for (const rule of side.deciding) lines.push(ruleText(rule))
  if (lines.length === 0) {
    if (side.decidedBy === 'exempt')
      lines.push(
        side.direction === 'egress' ? 'no policy is about what leaves there' : 'no policy is about what arrives there',
      )
    else if (side.isolatedBy.length > 0) {
      const policies = side.isolatedBy.map(policy => `${policyText(policy)} (${policy.file}:${policy.line})`)
      lines.push(`isolated by ${policies.join(', ')}; no rule matches`)
    } else lines.push('no policy selects it in this direction')
  }
  for (const rule of side.overruled) lines.push(`overruled: ${ruleText(rule)}`)
  if (side.nearest !== undefined && side.verdict.answer !== 'allow') {
    const { rule, differences } = side.nearest
    const texts = differences.map(
      ({ field, wants, has }) => `${field} ${wants}, but there is ${has === '' ? 'none' : has}`,
    )
    lines.push(`nearest: ${ruleText(rule)} wants ${texts.join('; and ')}`)
  }
  for (const { policy, rule, reason } of side.verdict.answer === 'unknown' ? side.uncertain : [])
    lines.push(`uncertain: ${rule === undefined ? policyText(policy) : ruleText(rule)}: ${reasonTexts[reason]}`)
  return lines.map((line, i) => (i === 0 ? `${head} ${line}` : `${indent}${line}`))
}

/** Rules are counted from 1 for people. */
function ruleText({ policy, rule, ruleName, action, file, line }: RuleRef): string {
  const name = ruleName === '' ? '' : ` "${ruleName}"`
  const verb = action === 'allow' ? '' : ` (${action})`
  return `${policyText(policy)} rule ${rule + 1}${name}${verb} (${file}:${line})`
}
