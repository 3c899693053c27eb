import { describeRole, describeSubject, type Role } from '../../model/access.ts'
import { type Severity, severities } from '../../model/severity.ts'
import type { AccessFacts, Holder } from './access-facts.ts'

/** `sa:ci/deployer and 3 more, in every namespace`: who holds a role. */
export function holderWords(holders: readonly Holder[]): string {
  if (holders.length === 0) return 'bound to nobody in the input'
  const names = [...new Set(holders.map(({ subject }) => describeSubject(subject)))]
  const shown = names.slice(0, 3).join(', ')
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `held by ${shown}${more}${scopeWords(holders)}`
}

function scopeWords(holders: readonly Holder[]): string {
  const namespaces = new Set(holders.map(({ namespace }) => namespace))
  if (namespaces.has('')) return ' in every namespace'
  const [only] = namespaces
  return namespaces.size === 1 ? ` in namespace ${only}` : ` in ${namespaces.size} namespaces`
}

/** Why a holder of the role is as good as cluster-admin by it; `undefined` where none is. */
export function adminWords(facts: AccessFacts, role: Role, holders: readonly Holder[]): string | undefined {
  const name = describeRole(role)
  for (const { subject } of holders) {
    const admin = facts.admins.get(describeSubject(subject))
    if (admin === undefined || !admin.chain[0]!.includes(`-> ${name} `)) continue
    return `${describeSubject(subject)} is as good as cluster-admin: ${admin.chain.slice(0, 4).join('; then ')}`
  }
  return undefined
}

/** One step milder: what is declared and held by nobody can still be bound. */
export function milder(severity: Severity): Severity {
  return severities[Math.min(severities.indexOf(severity) + 1, severities.length - 1)]!
}
