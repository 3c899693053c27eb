import { shippedRules } from '../../scan/shipped-rules.ts'
import { UserError } from '../../user-error.ts'
import type { RbacLintFlags } from '../rbac-flags.ts'
import { runScanVerb } from './scan.ts'

/** `breakwater rbac lint PATH...`: a scan by the rules about rights alone, in every form that a scan has. */
export async function runLintVerb(paths: readonly string[], flags: RbacLintFlags): Promise<number> {
  const { file, rule, ...rest } = flags
  if (paths.length === 0 && file === undefined) {
    throw new UserError('NO_PATH', 'no path was given', {
      next: 'name manifests, a folder, or - for what `kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o json` prints',
    })
  }
  const rules =
    rule ?? shippedRules().snapshotChecks.flatMap(({ check, meta }) => (check === 'access' ? [meta.id] : []))
  return runScanVerb([...paths, ...(file ?? [])], { ...rest, rule: rules })
}
