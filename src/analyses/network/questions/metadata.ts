import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { Explanation, NetworkVerdict } from '../../../model/network.ts'
import type { WorkloadEnd } from './ends.ts'
import type { NetworkView } from './network-view.ts'

/** Whether the pods of a workload reach one metadata service. */
export interface MetadataReach {
  readonly workload: WorkloadEnd
  readonly endpoint: MetadataEndpoint
  readonly verdict: NetworkVerdict
  /** Of the first port that is open, or may be; of the first port where none is. Worked out when it is asked for. */
  readonly explanation: Explanation
  readonly port: MetadataEndpoint['ports'][number]
  /** Pods on the network of their node: no policy is about them. */
  readonly isHostNetwork: boolean
}

/** Asks for every workload and every endpoint; an endpoint is reached where any of its ports is. */
export function metadataReach(
  view: NetworkView,
  endpoints: readonly MetadataEndpoint[],
  asDeclared: boolean,
): readonly MetadataReach[] {
  const { engine } = view
  return endpoints.flatMap(endpoint => {
    const address = engine.peerOfAddress(endpoint.address)
    if (address === undefined) return []
    const dst = { peers: [address], pod: undefined }
    return view.workloads.map(workload => {
      const src = { peers: workload.peers, pod: undefined }
      let worst: { port: MetadataReach['port']; verdict: NetworkVerdict } | undefined
      for (const port of endpoint.ports) {
        const verdict = engine.verdict(src, dst, port.protocol, port.port)
        if (worst === undefined || rank(verdict) > rank(worst.verdict)) worst = { port, verdict }
      }
      const { port, verdict } = worst!
      let explanation: Explanation | undefined
      return {
        workload,
        endpoint,
        verdict,
        port,
        get explanation() {
          explanation ??= engine.explain(src, dst, port.protocol, port.port)
          return explanation
        },
        isHostNetwork: !asDeclared && workload.pods.every(pod => pod.hostNetwork),
      }
    })
  })
}

function rank({ answer }: NetworkVerdict): number {
  return answer === 'allow' ? 2 : answer === 'unknown' ? 1 : 0
}
