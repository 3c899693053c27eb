import { shippedRules } from '../../scan/shipped-rules.ts'
import { UserError } from '../../user-error.ts'
import type { NetworkLintFlags } from '../network-flags.ts'
import { engineOptions } from '../network-input.ts'
import { runScanVerb } from './scan.ts'

/** `breakwater network lint PATH...`: a scan by the network rules alone, about every pod, in every form of a scan. */
export async function runNetworkLintVerb(paths: readonly string[], flags: NetworkLintFlags): Promise<number> {
  const { file, rule, cni: _cni, clusterCidr: _clusterCidr, ...rest } = flags
  const all = [...paths, ...(file ?? [])]
  if (all.length === 0) {
    throw new UserError('NO_PATH', 'no path was given', {
      next: 'name manifests, a folder, or - for what `kubectl get all,networkpolicies,ingresses,namespaces,nodes -A -o json` prints',
    })
  }
  const rules =
    rule ?? shippedRules().snapshotChecks.flatMap(({ check, meta }) => (check === 'network' ? [meta.id] : []))
  return runScanVerb(all, { ...rest, rule: rules }, { network: { engine: engineOptions(flags), everyPod: true } })
}
