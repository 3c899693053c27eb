/** Options of the questions about connections, as the command line gives them; absent where the flag was not used. */
export interface NetworkFlags {
  readonly file?: string[]
  readonly namespace?: string
  readonly cni?: string
  readonly clusterCidr?: string[]
  readonly partial?: boolean
  readonly asDeclared?: boolean
  readonly ipFamily?: string
  readonly bound?: string
  readonly focus?: string
  readonly direction?: string
  readonly port?: string
  readonly expect?: string
  readonly stdin?: boolean
  readonly failOn?: string
  readonly write?: string
  readonly remedy?: string
  readonly output?: string
}

export interface NetworkLintFlags {
  readonly file?: string[]
  readonly rule?: string[]
  readonly severity?: string
  readonly failOn?: string
  readonly namespace?: string
  readonly cni?: string
  readonly clusterCidr?: string[]
  readonly output?: string[]
}
