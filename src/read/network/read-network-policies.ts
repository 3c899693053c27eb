import type { NetworkPolicyObject } from '../../model/network.ts'
import { readAdminNetworkPolicy } from './admin-network-policy.ts'
import { readClusterNetworkPolicy } from './cluster-network-policy.ts'
import { type PolicyDocument, readNetworkPolicy } from './network-policy.ts'
import { readUnsupportedPolicy } from './unsupported-policy.ts'

export type { PolicyDocument }

/** The network policies that one object is: none, one, or several rules of a kind that holds several. */
export function readNetworkPolicies(
  document: PolicyDocument,
  defaultNamespace: string,
): readonly NetworkPolicyObject[] {
  const { apiVersion, kind } = document.object
  if (kind === 'NetworkPolicy' && (apiVersion === 'networking.k8s.io/v1' || apiVersion === 'extensions/v1beta1'))
    return [readNetworkPolicy(document, defaultNamespace)]
  if (apiVersion === 'policy.networking.k8s.io/v1alpha2' && kind === 'ClusterNetworkPolicy')
    return [readClusterNetworkPolicy(document)]
  if (
    apiVersion === 'policy.networking.k8s.io/v1alpha1' &&
    (kind === 'AdminNetworkPolicy' || kind === 'BaselineAdminNetworkPolicy')
  )
    return [readAdminNetworkPolicy(document, kind)]
  return readUnsupportedPolicy(document, defaultNamespace)
}
