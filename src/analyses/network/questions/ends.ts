import type { AddressRange, NetworkPod, PeerId, WorkloadRef } from '../../../model/network.ts'

/** One end of a connection, as people name it. */
export type End =
  | WorkloadEnd
  | { readonly kind: 'external'; readonly range: AddressRange }
  | { readonly kind: 'ingressController' }
  /** A pod that does not exist yet, or a name outside. */
  | { readonly kind: 'other'; readonly label: string }

export interface WorkloadEnd {
  readonly kind: 'workload'
  readonly workload: WorkloadRef
  /** Of all its pods, ascending. */
  readonly peers: readonly PeerId[]
  readonly pods: readonly NetworkPod[]
}

/** `shop/web[Deployment]`, `10.0.0.0-10.255.255.255[External]`, `{ingress-controller}`: the names of connection lists. */
export function endLabel(end: End): string {
  switch (end.kind) {
    case 'workload':
      return workloadLabel(end.workload)
    case 'external':
      return `${end.range.from}-${end.range.to}[External]`
    case 'ingressController':
      return '{ingress-controller}'
    case 'other':
      return end.label
  }
}

export function workloadLabel({ namespace, name, kind }: WorkloadRef): string {
  return `${namespace}/${name}[${kind}]`
}
