import { jsonText, quoted } from '../lib/json/json-text.ts'
import type { Finding, Location } from '../model/finding.ts'
import type { ScanSummary } from '../model/scan-summary.ts'
import type { ObjectRef } from '../model/subject.ts'

/**
 * One finding as one line of JSON, without the line break: the form of `scan -o ndjson`. A hot loop (50,000 findings in
 * a scan): lines are concatenated by hand, and what many findings share is written once and remembered.
 */
export function findingLine(finding: Finding): string {
  let line =
    `{"ruleId":${quoted(finding.ruleId)},"verdict":"${finding.verdict}","status":"${finding.status}",` +
    `"severity":"${finding.severity}","subject":${subjectText(finding.subject)},"element":${quoted(finding.element)},` +
    `"message":${quoted(finding.message)},"evidence":[`
  let separator = ''
  for (const { pointer, value } of finding.evidence) {
    line += `${separator}{"pointer":${quoted(pointer)},"value":${jsonText(value)}}`
    separator = ','
  }
  line += '],"locations":['
  separator = ''
  for (const location of finding.locations) {
    line += separator + locationText(location)
    separator = ','
  }
  line += `],"frameworks":${listText(finding.frameworks)},"aliases":${listText(finding.aliases)}`
  if (finding.fix !== undefined) {
    const { level, proven, patch } = finding.fix
    line += `,"fix":{"level":"${level}","proven":${proven},"patch":${jsonText(patch)}}`
  }
  if (finding.reason !== undefined) line += `,"reason":${quoted(finding.reason)}`
  return `${line},"fingerprint":${quoted(finding.fingerprint)}}`
}

/** `{"summary":{...}}`, the last line of ndjson. */
export function summaryLine(summary: ScanSummary): string {
  return `{"summary":${summaryText(summary)}}`
}

/** The summary with its fields in the order of the contract. */
export function summaryText(summary: ScanSummary): string {
  const { schema, objects, files, documents, findings, verdicts, excepted, partial, durationMs } = summary
  const counts = jsonText({
    schema,
    objects,
    files,
    documents: { read: documents.read, damaged: documents.damaged, skipped: documents.skipped },
    findings: {
      critical: findings.critical,
      high: findings.high,
      medium: findings.medium,
      low: findings.low,
      info: findings.info,
    },
    verdicts: {
      fail: verdicts.fail,
      pass: verdicts.pass,
      notApplicable: verdicts.notApplicable,
      providerOwned: verdicts.providerOwned,
      unknown: verdicts.unknown,
    },
    excepted,
    partial,
    durationMs,
    skipped: summary.skipped.map(({ reason, count, examples }) => ({ reason, count, examples })),
    renderUnits: summary.renderUnits.map(unit => ({ kind: unit.kind, root: unit.root, files: unit.files })),
  })
  return counts
}

function locationText(location: Location): string {
  return (
    `{"file":${quoted(location.file)},"line":${location.line},"column":${location.column},"key":${quoted(location.key)},` +
    `"fingerprint":${quoted(location.fingerprint)},"origin":"${location.origin}"}`
  )
}

function subjectText(ref: ObjectRef): string {
  let text = subjects.get(ref)
  if (text === undefined) {
    text = `{"group":${quoted(ref.group)},"kind":${quoted(ref.kind)},"namespace":${quoted(ref.namespace)},"name":${quoted(ref.name)}}`
    subjects.set(ref, text)
  }
  return text
}

function listText(list: readonly string[]): string {
  let text = lists.get(list)
  if (text === undefined) {
    text = jsonText(list)
    lists.set(list, text)
  }
  return text
}

// Findings of one rule share its lists, findings about one object its reference. Both are immutable, so that their text
// can be kept; weakly, so that it goes when they go.
const subjects = new WeakMap<ObjectRef, string>()
const lists = new WeakMap<readonly string[], string>()
