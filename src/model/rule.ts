import type { Severity } from './severity.ts'

/** Everything a reader needs to know of a rule. Reports, pages and catalogues are generated from it. */
export interface RuleMeta {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** Area words such as `pod-security`, `resources`, `images`. */
  readonly category: string
  /** `pss:baseline`, `cis-1.12:5.2.2`, `nsa`. */
  readonly frameworks: readonly string[]
  /** `kube-linter:privileged-container`, `pss:privileged`. */
  readonly aliases: readonly string[]
  /** Platforms the rule runs on: `kubernetes`, `compose`, `container-group`, `dockerfile`. */
  readonly platforms: readonly string[]
  /** Why it matters, one paragraph. */
  readonly rationale: string
  /** What to do, one paragraph; may hold YAML. */
  readonly remediation: string
  /** How much work the change is, and whether it can break the application. */
  readonly effort: 'low' | 'medium' | 'high'
  readonly breaks: 'none' | 'maybe' | 'likely'
  /** Rules that this one makes redundant on the same element. */
  readonly absorbs: readonly string[]
  /** Whether the rule belongs to pack `recommended`. */
  readonly recommended: boolean
  /** Path of the documentation page in the repository, `docs/rules/BW-POD-001.md`. */
  readonly docs: string
}
