import type {
  NetworkFacts,
  NetworkNamespace,
  NetworkNode,
  NetworkPod,
  NetworkPolicyObject,
} from '../../model/network.ts'
import type { NetworkEdit } from './network-engine.ts'

/** The facts of a cluster by name, so that edits find what they replace. Order of first appearance is kept. */
export class EditedFacts {
  private readonly pods = new Map<string, NetworkPod>()
  private readonly namespaces = new Map<string, NetworkNamespace>()
  private readonly nodes = new Map<string, NetworkNode>()
  private readonly policies = new Map<string, NetworkPolicyObject>()

  constructor({ pods, namespaces, nodes, policies }: NetworkFacts) {
    // A folder may hold one pod several times, as a base and its overlays do.
    for (const pod of pods) this.pods.set(freeKey(this.pods, podKey(pod)), pod)
    for (const namespace of namespaces) this.namespaces.set(namespace.name, namespace)
    for (const node of nodes) this.nodes.set(node.name, node)
    // A kind that holds several policies in one object gives several of one name.
    for (const policy of policies) this.policies.set(freeKey(this.policies, policyKey(policy)), policy)
  }

  facts(): NetworkFacts {
    return {
      pods: [...this.pods.values()],
      namespaces: [...this.namespaces.values()],
      nodes: [...this.nodes.values()],
      policies: [...this.policies.values()],
    }
  }

  pod(key: Pick<NetworkPod, 'namespace' | 'name'>): NetworkPod | undefined {
    return this.pods.get(podKey(key))
  }

  policy(key: Pick<NetworkPolicyObject, 'kind' | 'namespace' | 'name'>): NetworkPolicyObject | undefined {
    return this.policies.get(policyKey(key))
  }

  apply(edit: NetworkEdit): void {
    switch (edit.kind) {
      case 'putPolicy':
        this.policies.set(policyKey(edit.policy), edit.policy)
        break
      case 'removePolicy':
        this.policies.delete(policyKey(edit.policy))
        break
      case 'putPod':
        this.pods.set(podKey(edit.pod), edit.pod)
        break
      case 'removePod':
        this.pods.delete(podKey(edit))
        break
      case 'putNamespace':
        this.namespaces.set(edit.namespace.name, edit.namespace)
        break
      case 'removeNamespace':
        this.namespaces.delete(edit.name)
        break
      case 'putNode':
        this.nodes.set(edit.node.name, edit.node)
        break
      case 'removeNode':
        this.nodes.delete(edit.name)
    }
  }
}

/** A key under which nothing is known yet; no name holds a plus sign. */
function freeKey(known: ReadonlyMap<string, unknown>, key: string): string {
  let free = key
  while (known.has(free)) free += '+'
  return free
}

function podKey({ namespace, name }: Pick<NetworkPod, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

function policyKey({ kind, namespace, name }: Pick<NetworkPolicyObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`
}
