import type { Severity } from '../../model/severity.ts'

/** Everything that can be set, by flag, environment or file. The shape of `breakwater.yaml`. */
export interface Settings {
  readonly color: 'auto' | 'always' | 'never'
  readonly scan: {
    readonly exclude: readonly string[]
    readonly rules: readonly string[]
    readonly packs: readonly string[]
    readonly policies: readonly string[]
    readonly severity: Severity
    readonly severities: Readonly<Record<string, Severity | 'off'>>
    /** Parameters by rule and name. */
    readonly params: Readonly<Record<string, Readonly<Record<string, string | number | readonly string[]>>>>
    readonly failOn: Severity | 'none' | 'auto'
    readonly where: string
    readonly namespace: string
    readonly target: string
    readonly pssVersion: string
    readonly maxUnknown: number
    readonly output: readonly string[]
    readonly workers: number
    readonly render: 'auto' | 'off'
  }
  readonly input: InputLimits
  readonly inventory: { readonly podPaths: Readonly<Record<string, string>> }
}

/** Bounds on what is read; beyond each one the input is skipped, counted and the run is incomplete. */
export interface InputLimits {
  readonly maxDocumentBytes: number
  readonly maxFiles: number
  readonly maxFolderDepth: number
  readonly maxDepth: number
  readonly maxSlowNodes: number
  readonly maxAliasNodes: number
  readonly maxDocuments: number
  readonly maxStringBytes: number
}

export const defaultSettings: Settings = {
  color: 'auto',
  scan: {
    exclude: [],
    rules: [],
    packs: ['recommended'],
    policies: [],
    severity: 'info',
    severities: {},
    params: {},
    failOn: 'auto',
    where: '',
    namespace: 'default',
    target: '1.37',
    pssVersion: 'latest',
    maxUnknown: -1,
    output: [],
    workers: 0,
    render: 'auto',
  },
  input: {
    maxDocumentBytes: 16 * 1024 * 1024,
    maxFiles: 200_000,
    maxFolderDepth: 64,
    maxDepth: 256,
    maxSlowNodes: 500_000,
    maxAliasNodes: 100_000,
    maxDocuments: 100_000,
    maxStringBytes: 4 * 1024 * 1024,
  },
  inventory: { podPaths: {} },
}
