import type { NetworkPolicyObject, PodSelection } from '../../model/network.ts'
import { type Cluster, leastLabels, namespaceNameLabel } from './cluster.ts'

/**
 * Adds a peer for each selector of a rule that pods could come to match which do not exist yet: in a known namespace, or
 * in one that is still to be made. The first stands for any pod at all in a namespace without labels.
 */
export function addAwaitedPeers(cluster: Cluster, policies: readonly NetworkPolicyObject[]): void {
  const namespaces = new Map<string, number>()
  const seen = new Set<string>()
  const add = ({ namespaces: scope, pods }: PodSelection): void => {
    if (scope.kind === 'none') return
    const namespaceSelector = scope.kind === 'selector' ? scope.selector : undefined
    const key = `${scope.kind === 'name' ? `=${scope.name}` : scope.selector.key}|${pods?.key ?? ''}`
    if (seen.has(key)) return
    seen.add(key)
    const labels = leastLabels(pods)
    const namespaceLabels = leastLabels(namespaceSelector)
    if (labels === undefined || namespaceLabels === undefined) return
    const name = scope.kind === 'name' ? scope.name : namespaceLabels[namespaceNameLabel]
    let namespace = name === undefined ? undefined : cluster.namespaceIds.get(name)
    // A known namespace has the labels it has: only where they satisfy the selector can a pod of it match.
    if (namespace !== undefined && namespaceSelector !== undefined) {
      if (!cluster.namespaceLabels.matches(cluster.namespaceLabels.compile(namespaceSelector), namespace)) return
    }
    if (namespace === undefined) {
      const text = JSON.stringify(Object.entries(namespaceLabels).sort())
      namespace = namespaces.get(text) ?? cluster.addAwaitedNamespace(namespaceLabels)
      namespaces.set(text, namespace)
    }
    cluster.addAwaited(namespace, labels, { namespaceSelector, podSelector: pods })
  }
  add({ namespaces: { kind: 'selector', selector: { key: '', requirements: [], path: [] } }, pods: undefined })
  for (const { ingress, egress } of policies)
    for (const { peers } of [...ingress, ...egress])
      for (const peer of peers ?? []) if (peer.kind === 'pods') add(peer.selection)
}
