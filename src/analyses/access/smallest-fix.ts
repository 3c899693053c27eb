import { uncovered } from '../../inventory/permissions/covers.ts'
import { isEverything, powersOf } from '../../inventory/permissions/powers-of.ts'
import { type Change, changed } from '../../lib/json/json-patch.ts'
import { type JsonObject, jsonPointer } from '../../lib/json/json-value.ts'
import type { Binding, Role } from '../../model/access.ts'
import type { FixOffer } from '../../model/finding.ts'
import { readRbac } from '../../read/rbac/read-rbac.ts'

/** A role or binding after a change, as a server would read it; `undefined` where it would be refused. */
export function readChanged(object: JsonObject, changes: readonly Change[]): Role | Binding | undefined {
  const after = changed(object, changes)
  if (after === undefined) return undefined
  const { roles, bindings, diagnostics } = readRbac(
    [{ file: '', object: after, locate: () => ({ line: 0, column: 0 }) }],
    'default',
  )
  return diagnostics.some(({ level }) => level === 'error') ? undefined : (roles[0] ?? bindings[0])
}

/** An offer in the form that reports carry: operations of RFC 6902. */
export function offer(level: FixOffer['level'], proven: boolean, changes: readonly Change[]): FixOffer {
  return {
    level,
    proven,
    patch: changes.map(change => ({ ...change, path: jsonPointer(change.path) })),
  }
}

const plainVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** The verbs of today in place of `*`: the same rights, but for special verbs and those to come. */
export function explicitVerbs(object: JsonObject): (ruleIndex: number) => FixOffer {
  return index => {
    const changes: Change[] = [{ op: 'replace', path: ['rules', index, 'verbs'], value: plainVerbs }]
    const after = readChanged(object, changes)
    return offer('likely', isRole(after) && after.rules[index]?.verbs.includes('*') === false, changes)
  }
}

/** What monitoring asks of a kubelet, each by its own sub-resource (fine-grained kubelet authorization). */
const kubeletResources = ['nodes/configz', 'nodes/healthz', 'nodes/log', 'nodes/metrics', 'nodes/pods', 'nodes/stats']

/** The fine-grained rights in place of nodes/proxy; which of them are used only observation can tell. */
export function fineKubeletRights(object: JsonObject): (ruleIndex: number) => FixOffer {
  return index => {
    const before = readChanged(object, [])
    const rule = isRole(before) ? before.rules[index] : undefined
    const resources = (rule?.resources ?? []).filter(resource => resource !== 'nodes/proxy')
    const wanted = [...new Set([...resources, ...kubeletResources])]
    const changes: Change[] = [{ op: 'replace', path: ['rules', index, 'resources'], value: wanted }]
    const after = readChanged(object, changes)
    const left = isRole(after) ? after.rules[index] : undefined
    const isGone = left !== undefined && !isEverything(left) && !powersOf(left).some(({ id }) => id === 'nodes-proxy')
    return offer('needs-evidence', isGone, changes)
  }
}

/** Changes after which a role gives exactly the rights it gave before. */
export function sameRightsFix(object: JsonObject, changes: readonly Change[]): FixOffer | undefined {
  const [before, after] = [readChanged(object, []), readChanged(object, changes)]
  if (!isRole(before) || !isRole(after)) return undefined
  const isSame = uncovered(after.rules, before.rules).length === 0 && uncovered(before.rules, after.rules).length === 0
  return isSame ? offer('safe', true, changes) : undefined
}

function isRole(of: Role | Binding | undefined): of is Role {
  return of !== undefined && 'rules' in of
}
