import type { Protocol } from './network.ts'

/** An address at which a cloud answers the machines that run on it. */
export interface MetadataEndpoint {
  readonly name: string
  readonly address: string
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[]
  readonly clouds: readonly string[]
  /** The rule about pods that reach it. */
  readonly rule: 'BW-NET-115' | 'BW-NET-116'
}
