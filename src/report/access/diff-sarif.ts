import { fingerprint } from '../../analyses/policy/index.ts'
import { plainSubject } from '../../inventory/permissions/identity.ts'
import type { GivenRight, RightsDiff } from '../../inventory/permissions/rights-diff.ts'
import type { Sha256 } from '../../lib/hash/hash.ts'
import {
  type Binding,
  describeBinding,
  describeRole,
  describeSubject,
  type Role,
  type Source,
} from '../../model/access.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import type { Report } from '../../model/report.ts'
import type { RuleMeta } from '../../model/rule.ts'
import { type Severity, severities, severityRank } from '../../model/severity.ts'
import { sarifText } from '../sarif.ts'
import { powerWords, ruleWords } from './access-words.ts'

/** What a file of gained rights says beside the rights. */
export interface DiffSarifOptions {
  readonly tool: Report['tool']
  /** About the state that the rights were gained in: the other one's files are not there any more. */
  readonly diagnostics: readonly Diagnostic[]
  readonly isPartial: boolean
  /** Minor of the server, 37 for 1.37. */
  readonly target: number
  readonly sha256: Sha256
  /** The path of a file in the repository, without the git reference that it was read from. */
  readonly pathOf: (file: string) => string
}

/**
 * Rights gained as SARIF, the gravest first: a result for each right and grant that gives it, at the place that the
 * change wrote. What is lost endangers nobody and is left out.
 */
export function diffSarif(diff: RightsDiff, options: DiffSarifOptions): Iterable<string> {
  const { tool, diagnostics, isPartial, pathOf } = options
  const findings = diff.gained
    .flatMap(({ subject, given }) => given.map(right => gainFinding(describeSubject(subject), right, options)))
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity))
  return sarifText({
    tool,
    question: 'rbac-diff',
    root: 'The folder that the question was asked in; for git references the root of the repository.',
    createdAt: undefined,
    findings,
    rules: gainRules,
    diagnostics: diagnostics.map(diagnostic => ({ ...diagnostic, file: pathOf(diagnostic.file) })),
    isPartial,
    notes: isPartial
      ? [
          {
            id: 'DIFF_PARTIAL',
            level: 'warning',
            text: 'the answer is partial: a part of the input could not be read, and what it gives or takes is not known',
          },
        ]
      : [],
  })
}

function gainFinding(subject: string, right: GivenRight, { target, sha256, pathOf }: DiffSarifOptions): Finding {
  const { rule, gravity, grant, cause } = right
  const { binding } = grant
  const severity = gravity ?? 'info'
  const ruleId = gainRuleId(severity)
  const changed = cause.kind === 'rule' ? cause.role : binding
  const place = placeOf(right, subject) ?? changed.source
  const isClusterWide = binding.namespace === ''
  const powers = powerWords(rule, isClusterWide, target)
  const object = objectOf(changed)
  // Of identities alone, so that the same right is the same result wherever the file moves.
  const print = fingerprint(
    sha256,
    'rbac-diff',
    object,
    subject,
    JSON.stringify([describeBinding(binding), describeRole(grant.role!), rule]),
  )
  return {
    ruleId,
    verdict: 'fail',
    status: 'new',
    severity,
    subject: object,
    element: '',
    message: `gives ${subject} ${ruleWords(rule)} ${isClusterWide ? 'in every namespace' : `in namespace ${binding.namespace}`}, through ${describeBinding(binding)} -> ${describeRole(grant.role!)}${powers === '' ? '' : `; so it can ${powers}`}`,
    evidence: [evidenceOf(right, subject)],
    locations:
      place === undefined ? [] : [{ ...place, file: pathOf(place.file), key: '', fingerprint: print, origin: 'exact' }],
    frameworks: [],
    aliases: [],
    fingerprint: print,
  }
}

/**
 * The rule, or the subject in the binding. A code host shows beside a change only what stands in its lines, and of a
 * binding that gets one more subject that subject is all that changes.
 */
function placeOf({ grant, cause }: GivenRight, subject: string): Source | undefined {
  if (cause.kind === 'rule') return cause.role.ruleSource(cause.ruleIndex)
  return grant.binding.subjectSource(subjectIndex(grant.binding, subject))
}

/** What a reader finds at the place, as it was read. */
function evidenceOf({ grant, cause }: GivenRight, subject: string): Evidence {
  if (cause.kind === 'binding') {
    const index = subjectIndex(grant.binding, subject)
    return { pointer: `/subjects/${index}`, value: { ...grant.binding.subjects[index] } }
  }
  const written = Object.entries(cause.role.rules[cause.ruleIndex]!).filter(([, list]) => list.length > 0)
  return { pointer: `/rules/${cause.ruleIndex}`, value: Object.fromEntries(written) }
}

function subjectIndex({ subjects }: Binding, subject: string): number {
  return subjects.findIndex(one => describeSubject(plainSubject(one)) === subject)
}

function objectOf({ kind, namespace, name }: Role | Binding): Finding['subject'] {
  return { group: 'rbac.authorization.k8s.io', kind, namespace, name }
}

function gainRuleId(severity: Severity): string {
  return `rbac-diff/${severity}`
}

/** A rule for each gravity, because code hosts grade a result by its rule. */
const gainRules: ReadonlyMap<string, RuleMeta> = new Map(
  severities.map(severity => [gainRuleId(severity), gainRule(severity)]),
)

function gainRule(severity: Severity): RuleMeta {
  return {
    id: gainRuleId(severity),
    title: severity === 'info' ? 'Ordinary right gained' : `Right of ${severity} gravity gained`,
    severity,
    category: 'access',
    frameworks: [],
    aliases: [],
    platforms: ['kubernetes'],
    rationale:
      'The change gives a subject a right that it did not have before, in its namespace or everywhere. Its gravity is what the right leads to in the hands of somebody who means harm.',
    remediation:
      'Keep the right only if the subject needs it. Name the verbs, resources and namespaces that are needed, or take the subject out of the binding.',
    effort: 'low',
    breaks: 'maybe',
    absorbs: [],
    params: [],
    recommended: true,
    docs: 'docs/access.md',
  }
}
