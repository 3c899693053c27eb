import type { Severity } from './severity.ts'
import type { Verdict } from './verdict.ts'

/** The last line of every machine-readable scan, and the footer of every other. */
export interface ScanSummary {
  readonly schema: 'breakwater/findings/v1'
  readonly objects: number
  readonly files: number
  readonly documents: { readonly read: number; readonly damaged: number; readonly skipped: number }
  readonly findings: Readonly<Record<Severity, number>>
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly excepted: number
  /** True where something that could hold a finding was not read or not decided. */
  readonly partial: boolean
  readonly durationMs: number
  /** What was passed over and why; every reason with how often. */
  readonly skipped: readonly SkippedInput[]
  /** Charts and kustomizations that were seen and not rendered. */
  readonly renderUnits: readonly RenderUnit[]
}

export interface SkippedInput {
  readonly reason: string
  readonly count: number
  /** A few of them, so that a person sees what is meant. */
  readonly examples: readonly string[]
}

export interface RenderUnit {
  readonly kind: 'helm' | 'kustomize'
  /** The folder, as the paths were given. */
  readonly root: string
  /** Files that belong to it and were therefore not read as plain manifests. */
  readonly files: number
}
