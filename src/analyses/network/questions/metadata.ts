import { entryOf } from '../../../lib/collections/entry-of.ts'
import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { Explanation, NetworkVerdict, PeerId } from '../../../model/network.ts'
import type { NetworkEngine } from '../network-engine.ts'
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
  const sources = view.workloads.map(workload => ({
    workload,
    // Ranges outside cannot tell workloads apart that are under the same policies. Reasons come in the order of the peers.
    alike: [...new Set(workload.peers.map(peer => engine.alike(peer, 'egress')))].join(),
    isHostNetwork: !asDeclared && workload.pods.every(pod => pod.hostNetwork),
  }))
  return endpoints.flatMap(endpoint => {
    const address = engine.peerOfAddress(endpoint.address)
    if (address === undefined) return []
    const isOutside = engine.peer(address).kind === 'external'
    const known = new Map<string, Worst>()
    return sources.map(({ workload, alike, isHostNetwork }) => {
      const worst = isOutside
        ? entryOf(known, alike, () => worstOf(engine, workload, address, endpoint))
        : worstOf(engine, workload, address, endpoint)
      return new Reach(engine, workload, endpoint, address, worst, isHostNetwork)
    })
  })
}

/** The port of an endpoint that is open the most, and how much it is. */
interface Worst {
  readonly port: MetadataReach['port']
  readonly verdict: NetworkVerdict
}

function worstOf(engine: NetworkEngine, { peers }: WorkloadEnd, address: PeerId, { ports }: MetadataEndpoint): Worst {
  let worst: Worst | undefined
  for (const port of ports) {
    const verdict = engine.verdict(
      { peers, pod: undefined },
      { peers: [address], pod: undefined },
      port.protocol,
      port.port,
    )
    if (worst === undefined || rank(verdict) > rank(worst.verdict)) worst = { port, verdict }
  }
  return worst!
}

/** There is one for every workload and endpoint: what few ask for is made when they do. */
class Reach implements MetadataReach {
  readonly workload: WorkloadEnd
  readonly endpoint: MetadataEndpoint
  readonly isHostNetwork: boolean
  private readonly engine: NetworkEngine
  private readonly address: PeerId
  private readonly worst: Worst
  private explained: Explanation | undefined

  constructor(
    engine: NetworkEngine,
    workload: WorkloadEnd,
    endpoint: MetadataEndpoint,
    address: PeerId,
    worst: Worst,
    isHostNetwork: boolean,
  ) {
    this.engine = engine
    this.workload = workload
    this.endpoint = endpoint
    this.address = address
    this.worst = worst
    this.isHostNetwork = isHostNetwork
  }

  get port(): MetadataReach['port'] {
    return this.worst.port
  }

  get verdict(): NetworkVerdict {
    return this.worst.verdict
  }

  get explanation(): Explanation {
    this.explained ??= this.engine.explain(
      { peers: this.workload.peers, pod: undefined },
      { peers: [this.address], pod: undefined },
      this.port.protocol,
      this.port.port,
    )
    return this.explained
  }
}

function rank({ answer }: NetworkVerdict): number {
  return answer === 'allow' ? 2 : answer === 'unknown' ? 1 : 0
}
