import type { ScanFlags } from './verb-flags.ts'

/** Options of the questions about rights, as the command line gives them; absent where the flag was not used. */
export interface RbacFlags {
  readonly file?: string[]
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly group?: string[]
  readonly as?: string
  readonly asGroup?: string[]
  readonly asUid?: string
  readonly externalAuthorizer?: boolean
  readonly target?: string
  readonly assert?: string
  readonly partial?: boolean
  readonly stdin?: boolean
  readonly shipped?: boolean
  readonly identity?: string[]
  readonly output?: string
}

export type RbacCanGrantFlags = RbacFlags & { readonly operation?: 'create' | 'update' }

export interface RbacImportFlags {
  readonly clusterName?: string
  readonly output?: string
}

export type RbacDiffFlags = Pick<RbacFlags, 'file' | 'target' | 'identity' | 'output'> & { readonly failOn?: string }

export type RbacLintFlags = Pick<
  ScanFlags,
  'rule' | 'severity' | 'failOn' | 'where' | 'namespace' | 'target' | 'output' | 'exclude' | 'color'
> &
  Pick<RbacFlags, 'file'>
