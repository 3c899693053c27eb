import type { PolicyRule } from '../../model/access.ts'
import { type Severity, severities } from '../../model/severity.ts'
import { ruleAllows } from './match-rule.ts'
import { type Power, type PowerId, powers } from './powers.ts'

/** Powers by the resource of a probe, so that a rule is only compared with those it may give. */
const byResource = new Map<string, Set<Power>>()
for (const power of powers.values()) {
  for (const probe of power.probes) {
    if (probe.kind === 'url') continue
    for (const key of [
      probe.subresource === '' ? probe.resource : `${probe.resource}/${probe.subresource}`,
      ...(probe.subresource === '' ? [] : [`*/${probe.subresource}`]),
    ]) {
      const set = byResource.get(key)
      if (set === undefined) byResource.set(key, new Set([power]))
      else set.add(power)
    }
  }
}

/**
 * The powers that one rule gives by itself. Limits by name count: a rule that names objects gives none of them, unless a
 * probe has that name.
 */
export function powersOf(rule: PolicyRule): readonly Power[] {
  let known = knownPowers.get(rule)
  if (known === undefined) {
    known = findPowers(rule)
    knownPowers.set(rule, known)
  }
  return known
}

/** Rules never change, and every check asks about the same ones. */
const knownPowers = new WeakMap<PolicyRule, readonly Power[]>()

function findPowers(rule: PolicyRule): readonly Power[] {
  const found: Power[] = []
  const seen = new Set<Power>()
  for (const resource of rule.resources) {
    for (const power of resource === '*' ? powers.values() : (byResource.get(resource) ?? [])) {
      if (seen.has(power)) continue
      seen.add(power)
      if (power.probes.some(probe => ruleAllows(rule, probe))) found.push(power)
    }
  }
  return found
}

/** `*` on every resource of every group: all rights there are. */
export function isEverything(rule: PolicyRule): boolean {
  return (
    rule.verbs.includes('*') &&
    rule.apiGroups.includes('*') &&
    rule.resources.includes('*') &&
    rule.resourceNames.length === 0
  )
}

/** How grave the powers of a rule are, in every namespace or in one; `undefined` where it gives none. */
export function gravityOf(rule: PolicyRule, isClusterWide: boolean, target: number): Severity | undefined {
  if (isEverything(rule)) return isClusterWide ? 'critical' : 'high'
  let gravest: number | undefined
  for (const power of powersOf(rule)) {
    if (!isRisk(power.id, target)) continue
    const severity = isClusterWide ? power.severity : power.inNamespace
    if (severity === undefined) continue
    const rank = severities.indexOf(severity)
    if (gravest === undefined || rank < gravest) gravest = rank
  }
  return gravest === undefined ? undefined : severities[gravest]
}

/** Whether a power counts on a server of a minor (37 for 1.37): `get` opens an exec stream only before 1.35. */
export function isRisk(id: PowerId, target: number): boolean {
  return id !== 'exec-by-get' || target < 35
}
