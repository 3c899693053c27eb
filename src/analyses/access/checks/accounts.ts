import type { Change } from '../../../lib/json/json-patch.ts'
import { ownValue } from '../../../lib/json/json-value.ts'
import { describeSubject } from '../../../model/access.ts'
import type { AccessFacts } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { offer } from '../smallest-fix.ts'

/**
 * Accounts that hand their token to every pod that does not refuse it: BW-RBAC-028. Where the pods of an account are in
 * the input, the rule about pods (BW-POD-038) tells of them, each by itself.
 */
export function checkAccounts(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-028')) return
  const bound = new Set(facts.index.bindings.flatMap(({ subjects }) => subjects.map(describeSubject)))
  const used = usedAccounts(facts)
  for (const object of facts.inventory.objects) {
    const { kind, group, namespace, name } = object.ref
    if (kind !== 'ServiceAccount' || group !== '') continue
    const written = ownValue(object.object, 'automountServiceAccountToken')
    if (written === false || used.has(`${namespace}\n${name}`)) {
      answers.pass('BW-RBAC-028')
      continue
    }
    const changes: Change[] = [
      { op: written === undefined ? 'add' : 'replace', path: ['automountServiceAccountToken'], value: false },
    ]
    const hasRights = bound.has(`sa:${namespace}/${name}`)
    answers.fail('BW-RBAC-028', object, {
      message: `every pod of account "${name}" gets its token unless the pod refuses it${hasRights ? '' : '; no binding in the input names the account'}`,
      severity: hasRights ? 'medium' : 'low',
      ...(written === undefined ? {} : { at: [{ object, path: ['automountServiceAccountToken'], key: '' }] }),
      fix: offer('needs-evidence', true, changes),
    })
  }
}

function usedAccounts({ inventory, podsOf }: AccessFacts): ReadonlySet<string> {
  const used = new Set<string>()
  for (const workload of inventory.workloads) {
    for (const { podSpec } of podsOf(workload)) {
      const name = ownValue(podSpec, 'serviceAccountName') || ownValue(podSpec, 'serviceAccount') || 'default'
      used.add(`${workload.ref.namespace}\n${String(name)}`)
    }
  }
  return used
}
