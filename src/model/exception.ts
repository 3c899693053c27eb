import type { ObjectRef } from './subject.ts'

/** A decision to accept a finding for a while. It has an owner, a reason and an end, or it is a finding itself. */
export interface Exception {
  readonly rules: readonly string[]
  readonly scope: ExceptionScope
  readonly reason: string
  readonly owner: string
  /** RFC 3339 date, the last day it holds. */
  readonly expires: string
  readonly carrier: 'comment' | 'annotation' | 'file' | 'resource' | 'imported'
  readonly file: string
  readonly line: number
}

/** What an exception covers; element keys as in `Location.key`. */
export type ExceptionScope =
  | { readonly kind: 'object'; readonly object: ObjectRef }
  | { readonly kind: 'element'; readonly object: ObjectRef; readonly element: string }
  | {
      readonly kind: 'match'
      readonly kinds: readonly string[]
      readonly namespaces: readonly string[]
      readonly names: readonly string[]
    }
