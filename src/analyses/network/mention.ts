import type { NetworkPolicyObject, Selector } from '../../model/network.ts'
import { type Cluster, namespaceNameLabel } from './cluster.ts'
import type { LabelIndex } from './label-index.ts'

/** What had not been asked for before: labels or port names of pods, labels of namespaces, labels of nodes. */
export interface Mentions {
  readonly podTraits: boolean
  readonly namespaceLabels: boolean
  readonly nodeLabels: boolean
}

/** Makes known what selectors and rules ask for; objects are projected onto it. */
export function mentionPolicies(cluster: Cluster, policies: readonly NetworkPolicyObject[]): Mentions {
  const news = { podTraits: false, namespaceLabels: false, nodeLabels: false }
  cluster.namespaceLabels.mention(namespaceNameLabel)
  const mention = (index: LabelIndex, { requirements }: Selector, kind: keyof Mentions): void => {
    for (const { key } of requirements) if (index.mention(key)) news[kind] = true
  }
  const mentionPods = ({ namespaces, pods }: NetworkPolicyObject['subject']): void => {
    if (namespaces.kind === 'selector') mention(cluster.namespaceLabels, namespaces.selector, 'namespaceLabels')
    if (pods !== undefined) mention(cluster.podLabels, pods, 'podTraits')
  }
  for (const policy of policies) {
    mentionPods(policy.subject)
    for (const { peers, ports } of [...policy.ingress, ...policy.egress]) {
      for (const peer of peers ?? []) {
        if (peer.kind === 'pods') mentionPods(peer.selection)
        else if (peer.kind === 'nodes') mention(cluster.nodeLabels, peer.selector, 'nodeLabels')
      }
      for (const port of ports ?? [])
        if (port.kind === 'named' && cluster.named.mention(port.name)) news.podTraits = true
    }
  }
  return news
}
