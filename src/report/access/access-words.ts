import { isEverything, isRisk, powersOf } from '../../inventory/permissions/powers-of.ts'
import type { AccessRequest, GrantPath, PolicyRule, Source } from '../../model/access.ts'

/** `get, list on secrets, pods/log`: what a rule gives, as a person would say it. */
export function ruleWords(rule: PolicyRule): string {
  const verbs = rule.verbs.includes('*') ? 'everything' : few(rule.verbs)
  if (rule.nonResourceURLs.length > 0) return `${verbs} on ${few(rule.nonResourceURLs)}`
  const isAll = rule.resources.includes('*')
  const resources = isAll ? 'all resources' : few(rule.resources)
  return `${verbs} on ${resources}${groupWords(rule.apiGroups, isAll)}${nameWords(rule.resourceNames)}`
}

function groupWords(groups: readonly string[], isAll: boolean): string {
  if (groups.includes('*')) return isAll ? ' of all groups' : ''
  const named = groups.filter(group => group !== '')
  if (named.length === 0) return isAll ? ' of the core group' : ''
  return ` (${few([...(groups.includes('') ? ['core'] : []), ...named])})`
}

function nameWords(names: readonly string[]): string {
  return names.length === 0 ? '' : ` named ${few(names)}`
}

/** `read secrets; act as any ServiceAccount`: what the powers of a rule let its holder do; empty where it has none. */
export function powerWords(rule: PolicyRule, isClusterWide: boolean, target: number): string {
  if (isEverything(rule)) return isClusterWide ? 'do everything in the cluster' : 'do everything in the namespace'
  return powersOf(rule)
    .filter(power => isRisk(power.id, target) && (isClusterWide ? power.severity : power.inNamespace) !== undefined)
    .slice(0, 4)
    .map(power => power.title)
    .join('; ')
}

/** `get secrets db in namespace shop`. */
export function requestWords(request: AccessRequest): string {
  if (request.kind === 'url') return `${request.verb} ${request.path}`
  const { verb, group, resource, subresource, name, namespace } = request
  const what = `${resource}${subresource === '' ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`
  return `${verb} ${what}${name === '' ? '' : ` ${name}`}${namespace === '' ? '' : ` in namespace ${namespace}`}`
}

/** Where a grant was written; shipped roles bound by a file are placed at the binding. */
export function grantPlace({
  binding,
  role,
  ruleIndex,
}: Pick<GrantPath, 'binding' | 'role' | 'ruleIndex'>): Source | undefined {
  return (ruleIndex === undefined ? role.source : role.ruleSource(ruleIndex)) ?? binding.source
}

export function placeWords(place: Source | undefined): string {
  return place === undefined ? 'shipped with Kubernetes' : `${place.file}:${place.line}:${place.column}`
}

const shown = 8

/** A list that stays readable, however long it is. */
export function few(list: readonly string[]): string {
  return list.length <= shown ? list.join(', ') : `${list.slice(0, shown).join(', ')} and ${list.length - shown} more`
}
