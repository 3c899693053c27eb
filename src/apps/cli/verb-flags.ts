/** Options of one scan as the command line gives them; absent where the flag was not used. */
export interface ScanFlags {
  readonly rule?: string[]
  readonly pack?: string[]
  readonly policies?: string[]
  readonly set?: string[]
  readonly severity?: string
  readonly failOn?: string
  readonly where?: string
  readonly namespace?: string
  readonly target?: string
  readonly pssVersion?: string
  readonly exclude?: string[]
  readonly output?: string[]
  readonly maxUnknown?: number
  readonly maxDocumentBytes?: string
  readonly maxFiles?: number
  readonly maxFolderDepth?: number
  readonly maxDepth?: number
  readonly maxSlowNodes?: number
  readonly maxAliasNodes?: number
  readonly maxDocuments?: number
  readonly maxStringBytes?: string
  readonly workers?: number
  readonly render?: string
  readonly color?: string
  readonly debug?: boolean
}

export type RenderFlags = Pick<
  ScanFlags,
  | 'output'
  | 'exclude'
  | 'maxDocumentBytes'
  | 'maxFiles'
  | 'maxFolderDepth'
  | 'maxDepth'
  | 'maxSlowNodes'
  | 'maxAliasNodes'
  | 'maxDocuments'
  | 'maxStringBytes'
  | 'debug'
  | 'target'
> & { readonly defaulted?: boolean }

export interface CelFlags {
  readonly object?: string
  readonly old?: string
  readonly params?: string
  readonly var?: readonly string[]
  readonly target?: string
  readonly file?: string
  readonly stdin?: boolean
  readonly output?: string
}

export interface PolicyEvalFlags {
  readonly file?: string[]
  readonly request?: string
  readonly operation?: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly old?: string
  readonly subresource?: string
  readonly user?: string
  readonly group?: string[]
  readonly namespace?: string
  readonly target?: string
  readonly cost?: boolean
  readonly output?: 'ndjson' | 'text'
  readonly debug?: boolean
}

export interface PolicyCheckFlags {
  readonly target?: string
  readonly maxCost?: number
  readonly quiet?: boolean
  readonly output?: 'text' | 'ndjson'
  readonly debug?: boolean
}

export interface PolicyTestFlags {
  readonly target?: string
  readonly coverage?: boolean
  readonly mutate?: boolean
  readonly output?: 'text' | 'ndjson' | 'junit'
  readonly debug?: boolean
}
