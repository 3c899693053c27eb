import type { JsonValue } from '../lib/json/json-value.ts'
import type { RuleMeta } from './rule.ts'

/** A place in a policy's file, both from 1; 0 where it is not known. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A policy as the API server reads it; `AuditPolicy` has the same grammar and may look other objects up. */
export interface Policy {
  readonly kind: 'ValidatingAdmissionPolicy' | 'AuditPolicy'
  readonly name: string
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly paramKind: ParamKind | undefined
  readonly match: MatchResources
  readonly matchConditions: readonly NamedExpression[]
  readonly variables: readonly NamedExpression[]
  readonly validations: readonly Validation[]
  readonly auditAnnotations: readonly AuditAnnotation[]
  /** What our annotations say of the rule; `undefined` for a policy that carries none. */
  readonly meta: RuleMeta | undefined
  /**
   * First and last minor version of the standard in which this form of its rule holds; absent where the rule has always
   * had this form, or still has it.
   */
  readonly since?: number
  readonly until?: number
  readonly file: string
}

/** An expression with its text and the place of that text. */
export interface Expression {
  readonly text: string
  readonly at: Position
}

export interface NamedExpression extends Expression {
  readonly name: string
}

export interface Validation {
  readonly expression: Expression
  readonly message: string
  readonly messageExpression: Expression | undefined
  readonly reason: ValidationReason
}

export type ValidationReason = 'Unauthorized' | 'Forbidden' | 'Invalid' | 'RequestEntityTooLarge'

export interface AuditAnnotation {
  readonly key: string
  readonly valueExpression: Expression
}

export interface ParamKind {
  readonly apiVersion: string
  readonly kind: string
}

/** Which requests a policy or binding is about. */
export interface MatchResources {
  /** Label selectors as they were written; `undefined` where absent, which matches everything. */
  readonly namespaceSelector: JsonValue | undefined
  readonly objectSelector: JsonValue | undefined
  readonly resourceRules: readonly ResourceRule[]
  readonly excludeResourceRules: readonly ResourceRule[]
  readonly matchPolicy: 'Exact' | 'Equivalent'
}

export interface ResourceRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly operations: readonly string[]
  /** `pods`, `pods/status`, `*`, every resource with every sub-resource, `pods/*`. */
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly scope: 'Cluster' | 'Namespaced' | '*'
}

/** A rule that code answers: its description, and the file that holds it. */
export interface DescribedCheck {
  readonly meta: RuleMeta
  /** What answers it: `schema`, or the domain whose analysis of all objects does, `network` or `access`. */
  readonly check: string
  readonly file: string
}

export interface PolicyBinding {
  readonly name: string
  readonly policyName: string
  readonly paramRef: ParamRef | undefined
  /** `undefined` where the binding adds no filter of its own. */
  readonly match: MatchResources | undefined
  readonly validationActions: readonly ValidationAction[]
  readonly file: string
}

export type ValidationAction = 'Deny' | 'Warn' | 'Audit'

export interface ParamRef {
  readonly name: string
  readonly namespace: string
  readonly selector: JsonValue | undefined
  readonly parameterNotFoundAction: 'Allow' | 'Deny'
}

/** A named list of rules, with what it changes about them. */
export interface Pack {
  readonly name: string
  readonly title: string
  readonly rules: readonly PackRule[]
  readonly file: string
}

export interface PackRule {
  /** An id, or that of one validation: `BW-POD-028.1`. */
  readonly id: string
  /** The last minor version of the standard in which the rule belongs to the pack. */
  readonly until?: number
  /** The rule keeps the form it had in this minor version, whatever later version is asked for. */
  readonly asOf?: number
  readonly severity: RuleMeta['severity'] | undefined
  readonly params: Readonly<Record<string, JsonValue>>
}
