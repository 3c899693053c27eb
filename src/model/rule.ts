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
  /** What a user may set about the rule; an API server is told by a ConfigMap that the policy's `paramKind` names. */
  readonly params: readonly RuleParameter[]
  /** Whether the rule belongs to pack `recommended`. */
  readonly recommended: boolean
  /** Path of the documentation page in the repository, `docs/rules/BW-POD-001.md`. */
  readonly docs: string
}

/** The value of a parameter that holds where none is given, as `--set` takes it: `a,b`, `4`; empty for an empty list. */
export function defaultText(parameter: RuleParameter): string {
  return String(parameter.default)
}

/** A parameter of a rule, and the value that holds where none is given. */
export type RuleParameter = {
  /** Its key in the ConfigMap and in `--set RULE.name=value`. */
  readonly name: string
  readonly description: string
} & (
  | { readonly type: 'strings'; readonly default: readonly string[] }
  | { readonly type: 'integer'; readonly default: number }
)
