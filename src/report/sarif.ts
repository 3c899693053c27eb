import { jsonText, quoted } from '../lib/json/json-text.ts'
import type { JsonObject, JsonValue } from '../lib/json/json-value.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Finding, Location } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { RuleMeta } from '../model/rule.ts'
import { describeObject } from '../model/subject.ts'
import type { Verdict } from '../model/verdict.ts'
import { locationHash } from './location-hash.ts'
import { baseRuleId, rulesInOrder } from './rule-of.ts'
import {
  notificationDescriptors,
  plainMessage,
  type SarifNote,
  sarifLevel,
  sarifRule,
  scanNotes,
} from './sarif-rules.ts'
import { fileUri } from './uri.ts'

/** What a SARIF file holds, whichever question it answers. */
export interface SarifRun {
  readonly tool: Report['tool']
  /** What was asked: `scan`. Code hosts keep the results of different questions apart by it. */
  readonly question: string
  /** What relative paths are relative to, a sentence. */
  readonly root: string
  readonly createdAt: string | undefined
  readonly findings: Iterable<Finding>
  readonly rules: ReadonlyMap<string, RuleMeta>
  readonly diagnostics: readonly Diagnostic[]
  readonly isPartial: boolean
  /** What must be said beside the diagnostics. */
  readonly notes: readonly SarifNote[]
}

/** The findings of a scan as SARIF. */
export function renderSarif(report: Report): Iterable<string> {
  return sarifText({
    ...report,
    question: 'scan',
    root: 'The folder that the scan was started in.',
    isPartial: report.summary.partial,
    notes: scanNotes(report),
  })
}

/**
 * SARIF 2.1.0 (OASIS), one run. Rules come from the catalogue; results carry both fingerprints; what could not be read is
 * a notification, and a partial scan is `executionSuccessful: false`, so that no reader takes it for a clean one.
 */
export function* sarifText(run: SarifRun): Iterable<string> {
  const rules = rulesInOrder(run)
  const index = new Map(rules.map((rule, i) => [rule.id, i]))

  yield `{\n"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",\n"version":"2.1.0",\n"runs":[{\n`
  yield `"tool":{"driver":{"name":${quoted(run.tool.name)},"version":${quoted(run.tool.version)},`
  yield `"informationUri":${quoted(run.tool.informationUri)},"notifications":${jsonText(notificationDescriptors(run))},"rules":[`
  yield* separated(rules, rule => jsonText(sarifRule(run, rule)))
  yield `]}},\n"columnKind":"unicodeCodePoints",\n`
  yield `"originalUriBaseIds":{"%SRCROOT%":{"description":{"text":${quoted(run.root)}}}},\n`
  yield `"automationDetails":{"id":${quoted(`breakwater/${run.question}/`)}},\n"invocations":[${jsonText(invocation(run))}],\n"results":[`
  yield* separated(run.findings, finding => jsonText(result(finding, index)))
  yield `]\n}]\n}\n`
}

function* separated<Item>(items: Iterable<Item>, text: (item: Item) => string): Iterable<string> {
  let separator = '\n'
  for (const item of items) {
    yield separator + text(item)
    separator = ',\n'
  }
  if (separator !== '\n') yield '\n'
}

function invocation(run: SarifRun): JsonObject {
  return {
    executionSuccessful: !run.isPartial,
    ...(run.createdAt === undefined ? {} : { endTimeUtc: run.createdAt }),
    toolExecutionNotifications: [...run.diagnostics.map(notification), ...run.notes.map(noteNotification)],
  }
}

function notification(diagnostic: Diagnostic): JsonObject {
  const { file, line, column } = diagnostic
  return {
    level: diagnostic.level,
    message: { text: plainMessage(diagnostic.message) },
    descriptor: { id: diagnostic.code },
    locations: [{ physicalLocation: physicalLocation(file, line, column) }],
  }
}

function noteNotification({ id, level, text }: SarifNote): JsonObject {
  const escaped = text
    .replaceAll(/[\\[\]]/g, '\\$&')
    .replaceAll('{', '{{')
    .replaceAll('}', '}}')
  return { level, message: { text: escaped }, descriptor: { id } }
}

/** SARIF 3.27.9: only a failure has a level; a verdict that is not known is `open`. */
const kinds: Readonly<Record<Verdict, string>> = {
  fail: 'fail',
  pass: 'pass',
  notApplicable: 'notApplicable',
  providerOwned: 'informational',
  unknown: 'open',
}

function result(finding: Finding, index: ReadonlyMap<string, number>): JsonValue {
  const isKnownById = index.has(finding.ruleId)
  const ruleId = isKnownById ? finding.ruleId : baseRuleId(finding.ruleId)
  const ruleIndex = index.get(ruleId)
  const suppressed = finding.status === 'excepted'
  return {
    ruleId,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: kinds[finding.verdict],
    level: finding.verdict === 'fail' ? sarifLevel[finding.severity] : 'none',
    message: { text: plainMessage(`${describeObject(finding.subject)}: ${messageOf(finding)}`) },
    locations: finding.locations.map(location => sarifLocation(finding, location)),
    partialFingerprints: { 'breakwater/fingerprint/v1': finding.fingerprint, locationHash: locationHash(finding) },
    ...(baselineStates[finding.status] === undefined
      ? {}
      : { baselineState: baselineStates[finding.status] as string }),
    ...(suppressed ? { suppressions: [{ kind: 'external', status: 'accepted' }] } : {}),
    properties: {
      severity: finding.severity,
      validation: finding.ruleId,
      ...(finding.element === '' ? {} : { element: finding.element }),
      ...(finding.reason === undefined ? {} : { reason: finding.reason }),
      evidence: finding.evidence.map(({ pointer, value }) => ({ pointer, value })),
    },
  }
}

/** Only a scan against a baseline knows what is old; without one, everything is new and SARIF leaves the state out. */
const baselineStates: Readonly<Partial<Record<Finding['status'], string>>> = { existing: 'unchanged', fixed: 'absent' }

function messageOf(finding: Finding): string {
  return finding.reason === undefined ? finding.message : `${finding.message} (unknown: ${finding.reason})`
}

function sarifLocation(finding: Finding, location: Location): JsonObject {
  const { subject } = finding
  const logical = [subject.namespace, subject.kind, subject.name, ...(location.key === '' ? [] : [location.key])]
  return {
    physicalLocation: physicalLocation(location.file, location.line, location.column),
    logicalLocations: [
      {
        name: location.key === '' ? subject.name : location.key,
        fullyQualifiedName: logical.filter(part => part !== '').join('/'),
        kind: location.key === '' ? 'object' : 'member',
      },
    ],
  }
}

function physicalLocation(file: string, line: number, column: number): JsonObject {
  const { uri, isRelative } = fileUri(file)
  return {
    artifactLocation: { uri, ...(isRelative ? { uriBaseId: '%SRCROOT%' } : {}) },
    ...(line > 0 ? { region: { startLine: line, ...(column > 0 ? { startColumn: column } : {}) } } : {}),
  }
}
