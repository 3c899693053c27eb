import { can } from '../../inventory/permissions/can.ts'
import { canGrant, type GrantDecision } from '../../inventory/permissions/can-grant.ts'
import { type SubjectGrants, whoCan } from '../../inventory/permissions/who-can.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json/json-value.ts'
import {
  type AccessRequest,
  describeBinding,
  describeRole,
  type GrantPath,
  type PolicyRule,
  type UserInfo,
} from '../../model/access.ts'
import { grantPlace } from '../../report/access/access-words.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { grantChange, readGrant } from './grant-change.ts'

/** One answer of `rbac can --stdin`: the spec of a SubjectAccessReview, taken literally. */
export function answerCan(access: ClusterAccess, line: JsonObject, isPartial: boolean): object {
  const id = line['id'] ?? null
  const request = requestOf(line)
  const user = userOf(line)
  if (typeof request === 'string') return { id, verdict: 'unknown', by: [], errors: [request] }
  if (user.user === '' && user.groups.length === 0)
    return { id, verdict: 'unknown', by: [], errors: ['at least one of user or group must be specified'] }
  const decision = can(access.index, user, request, { isPartial: isPartial || access.isPartial })
  const by = decision.isBypass ? [{ group: 'system:masters', bypass: true }] : decision.by.map(grantRecord)
  return { id, verdict: decision.verdict, by, errors: decision.errors }
}

/** One answer of `rbac who-can --stdin`. */
export function answerWhoCan(access: ClusterAccess, line: JsonObject): object {
  const id = line['id'] ?? null
  const request = requestOf(line)
  if (typeof request === 'string') return { id, subjects: [], errors: [request] }
  const { subjects, errors } = whoCan(access.index, request)
  return { id, subjects: subjects.map(subjectRecord), errors }
}

export function subjectRecord({ subject, by, isBypass }: SubjectGrants): object {
  return { subject, by: isBypass ? [{ group: 'system:masters', bypass: true }] : by.map(grantRecord) }
}

/** One answer of `rbac can-grant --stdin`. */
export function answerCanGrant(access: ClusterAccess, line: JsonObject): object {
  const id = line['id'] ?? null
  const { object, operation } = line
  if (!isJsonObject(object)) return { id, verdict: 'unknown', errors: ['`object` is missing or no object'] }
  const read = readGrant({ file: '', object, locate: () => ({ line: 0, column: 0 }) }, 'default')
  if (read.object === undefined) {
    const [problem] = read.diagnostics
    return { id, verdict: 'unknown', errors: [problem?.message ?? '`object` is no role and no binding'] }
  }
  const change = grantChange(access, read.object, object, operation === 'UPDATE' ? 'UPDATE' : 'CREATE')
  return changeRecord(id, canGrant(access.index, userOf(line), change))
}

/** The record of a decision about a change of a role or binding. */
export function changeRecord(id: JsonValue, decision: GrantDecision): object {
  if (decision.verdict === 'allowed') return { id, verdict: 'allowed' }
  return { id, verdict: 'denied', stage: decision.stage, missing: decision.missing.map(ruleRecord) }
}

/** A request as a review states it, or why the API server would refuse the review. */
function requestOf(line: JsonObject): AccessRequest | string {
  const { resourceAttributes, nonResourceAttributes } = line
  const resource = isJsonObject(resourceAttributes) ? resourceAttributes : undefined
  const url = isJsonObject(nonResourceAttributes) ? nonResourceAttributes : undefined
  if ((resource === undefined) === (url === undefined))
    return 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  if (url !== undefined) return { kind: 'url', verb: text(url['verb']), path: text(url['path']) }
  const attributes = resource!
  for (const field of ['fieldSelector', 'labelSelector']) {
    const problem = selectorProblem(attributes[field], field)
    if (problem !== undefined) return problem
  }
  return {
    kind: 'resource',
    verb: text(attributes['verb']),
    group: text(attributes['group']),
    resource: text(attributes['resource']),
    subresource: text(attributes['subresource']),
    name: text(attributes['name']),
    namespace: text(attributes['namespace']),
  }
}

function selectorProblem(value: JsonValue | undefined, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const raw = isJsonObject(value) ? text(value['rawSelector']) : ''
  const requirements = isJsonObject(value) && Array.isArray(value['requirements']) ? value['requirements'].length : 0
  if (raw !== '' && requirements > 0)
    return `resourceAttributes.${field}.rawSelector: may not specified at the same time as requirements`
  return raw === '' && requirements === 0
    ? `resourceAttributes.${field}.requirements: when spec.resourceAttributes.${field} is specified, requirements or rawSelector is required`
    : undefined
}

function userOf(line: JsonObject): UserInfo {
  const { user, groups } = line
  return { user: text(user), groups: Array.isArray(groups) ? groups.filter(group => typeof group === 'string') : [] }
}

export function grantRecord({ binding, role, ruleIndex }: Pick<GrantPath, 'binding' | 'role' | 'ruleIndex'>): object {
  const place = grantPlace({ binding, role, ruleIndex })
  return {
    binding: describeBinding(binding),
    role: describeRole(role),
    ruleIndex: ruleIndex ?? null,
    ...(place === undefined ? {} : { location: { file: place.file, line: place.line } }),
  }
}

function ruleRecord(rule: PolicyRule): object {
  return Object.fromEntries(Object.entries(rule).filter(([, list]) => (list as readonly string[]).length > 0))
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
