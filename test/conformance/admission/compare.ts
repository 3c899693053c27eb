import type { AdmissionDecision } from '../../../src/analyses/policy/admission/admit.ts'
import type { CaseAnswer, ScenarioAnswer } from './ask-server.ts'
import type { OurAnswer } from './our-answer.ts'

/** What differs between a server's answer and ours; nothing where they agree. */
export function differences(server: ScenarioAnswer, ours: OurAnswer): readonly string[] {
  const found: string[] = []
  for (const [field, message] of server.refusals) {
    if (!ours.refusals.some(text => isSameRefusal(text, field, message)))
      found.push(`refused by the server alone: ${field}: ${message}`)
  }
  for (const text of ours.refusals) {
    if (!server.refusals.some(([field, message]) => isSameRefusal(text, field, message)))
      found.push(`refused by us alone: ${text}`)
  }
  server.cases.forEach((answer, i) => {
    if (answer.other !== undefined) return
    const difference = caseDifference(answer, ours.cases[i]!)
    if (difference !== undefined) found.push(`case ${i}: ${difference}`)
  })
  return found
}

/** How many answers speak of the policies at all. */
export function comparable(server: ScenarioAnswer): number {
  return server.cases.filter(answer => answer.other === undefined).length + (server.refusals.length > 0 ? 1 : 0)
}

function isSameRefusal(ours: string, field: string, message: string): boolean {
  if (!ours.startsWith(`${field}: `)) return false
  const said = ours.slice(field.length + 2)
  return message === said || message.includes(said)
}

function caseDifference(server: CaseAnswer, ours: AdmissionDecision): string | undefined {
  if (ours.allowed !== server.allowed) {
    return `allowed ${server.allowed}, ours ${ours.allowed}: ${server.message ?? ''} / ${JSON.stringify(ours.status ?? ours.unknown)}`
  }
  // Of several denials the server's first is any of them.
  const denials = ours.denials.map(denial => denialMessage(denial))
  if (!server.allowed && !denials.includes(server.message!))
    return `message\n  server ${server.message}\n  ours   ${denials.join('\n         ')}`
  if (!server.allowed && ours.status!.message === server.message) {
    if (ours.status!.code !== server.code || ours.status!.reason !== server.reason)
      return `status ${server.code} ${server.reason}, ours ${ours.status!.code} ${ours.status!.reason}`
  }
  if (!isSameSet(server.warnings, ours.warnings))
    return `warnings\n  server ${JSON.stringify(server.warnings)}\n  ours   ${JSON.stringify(ours.warnings)}`
  const [left, right] = [normalised(server.audit), normalised(ours.auditAnnotations)]
  // A server that records one failure only takes that of whichever policy comes first.
  const [failures, own] = [failuresIn(server.audit), failuresIn(ours.auditAnnotations)]
  if (failures.length === 1 && own.length === 1) {
    const { policy, binding, message } = failures[0]!
    if (policy !== own[0]!.policy || binding !== own[0]!.binding) return undefined
    // So it does with the parameters of one binding, which it takes in any order.
    const isOther = message !== own[0]!.message
    if (isOther && ours.denials.some(each => each.policy === policy && each.message === message)) return undefined
  }
  return left === right ? undefined : `audit\n  server ${left}\n  ours   ${right} ${JSON.stringify(ours.unknown)}`
}

function denialMessage({ policy, binding, message }: AdmissionDecision['denials'][number]): string {
  const by = binding === null ? '' : ` with binding '${binding}'`
  return `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.toSorted().join('\n') === b.toSorted().join('\n')
}

function failuresIn(
  audit: Readonly<Record<string, string>>,
): readonly { readonly policy: string; readonly binding: string; readonly message: string }[] {
  const value = audit['validation.policy.admission.k8s.io/validation_failure']
  return value === undefined ? [] : (JSON.parse(value) as { policy: string; binding: string; message: string }[])
}

/** Annotations with what is in no fixed order in order: recorded failures, joined values, printed maps. */
function normalised(audit: Readonly<Record<string, string>>): string {
  const entries = Object.entries(audit).map(([key, value]) => {
    if (!key.endsWith('/validation_failure')) return [key, value.split(', ').toSorted().join(', ')]
    const failures = JSON.parse(value) as readonly object[]
    return [key, failures.map(failure => JSON.stringify(failure)).toSorted()]
  })
  return JSON.stringify(entries.toSorted())
}
