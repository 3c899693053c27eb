import type { Objection, SnapshotAnswers } from '../../inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import { ownValue } from '../../lib/json/json-value.ts'
import type { FixOffer } from '../../model/finding.ts'
import { type Severity, severityRank } from '../../model/severity.ts'

/**
 * Answers of checks that look at one object rule by rule and subject by subject: what they say of one object under one
 * rule becomes one finding with several places, told by the gravest.
 */
export class MergedAnswers {
  private readonly answers: SnapshotAnswers
  private readonly failed = new Map<SnapshotObject, Map<string, Objection[]>>()
  private readonly passed = new Map<string, number>()

  constructor(answers: SnapshotAnswers) {
    this.answers = answers
  }

  asks(...ruleIds: readonly string[]): boolean {
    return this.answers.asks(...ruleIds)
  }

  pass(ruleId: string): void {
    this.passed.set(ruleId, (this.passed.get(ruleId) ?? 0) + 1)
  }

  fail(ruleId: string, object: SnapshotObject, objection: Objection): void {
    if (!this.answers.asks(ruleId)) return
    let byRule = this.failed.get(object)
    if (byRule === undefined) {
      byRule = new Map()
      this.failed.set(object, byRule)
    }
    const known = byRule.get(ruleId)
    if (known === undefined) byRule.set(ruleId, [objection])
    else known.push(objection)
  }

  unknown(ruleId: string, object: SnapshotObject, objection: Objection & { readonly reason: string }): void {
    this.answers.unknown(ruleId, object, objection)
  }

  /** Hands everything on; nothing may be added afterwards. */
  finish(): void {
    for (const [object, byRule] of this.failed)
      for (const [ruleId, objections] of byRule) this.answers.fail(ruleId, object, merged(objections))
    for (const [ruleId, count] of this.passed) this.answers.pass(ruleId, count)
  }
}

function merged(objections: readonly Objection[]): Objection {
  const [only] = objections
  if (objections.length === 1) return only!
  const ordered = [...objections].sort((a, b) => rank(a.severity) - rank(b.severity))
  const [first] = ordered
  const { fix: _, ...rest } = first!
  const fix = mergedFix(ordered.map(objection => objection.fix))
  return {
    ...rest,
    at: ordered.flatMap(({ at }) => at ?? []),
    ...(fix === undefined ? {} : { fix }),
  }
}

/** No severity is that of the rule, which stands before what was made milder. */
function rank(severity: Severity | undefined): number {
  return severity === undefined ? -1 : severityRank(severity)
}

/** One patch of several, or none where one place has none: half a fix is no fix. Entries go from the last to the first. */
function mergedFix(fixes: readonly (FixOffer | undefined)[]): FixOffer | undefined {
  const all = fixes.filter(fix => fix !== undefined)
  if (all.length < fixes.length) return undefined
  const level = all.some(fix => fix.level === 'needs-evidence')
    ? 'needs-evidence'
    : all.some(fix => fix.level === 'likely')
      ? 'likely'
      : 'safe'
  const pathOf = (operation: FixOffer['patch'][number]) => String(ownValue(operation, 'path') ?? '')
  const patch = all.flatMap(fix => fix.patch).sort((a, b) => natural.compare(pathOf(b), pathOf(a)))
  return { level, proven: all.every(fix => fix.proven), patch }
}

const natural = new Intl.Collator('en', { numeric: true })
