import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { ScanSummary } from '../model/scan-summary.ts'
import { type Severity, severities } from '../model/severity.ts'

/** The summary of a scan in plain words, shared by every report that a person reads. Text is not escaped yet. */
export interface ScanWords {
  /** `6 findings: 1 critical, 3 high, 2 medium`. */
  readonly findings: string
  /** `14 objects in 3 files`. */
  readonly read: string
  /** What is hidden, undecided or was passed over; each with how often and where. */
  readonly notes: readonly string[]
  /** Why the answer is partial; empty where it is whole. */
  readonly partial: string
}

export function scanWords(report: Report): ScanWords {
  const { summary } = report
  return {
    findings: findingsInWords(summary),
    read: `${count(summary.objects, 'object')} in ${count(summary.files, 'file')}`,
    notes: [
      ...exceptedNote(report),
      ...unknownNote(report),
      ...damagedNote(report),
      ...unitNotes(summary),
      ...skippedNotes(summary),
    ],
    partial: summary.partial ? `the answer is partial: ${partialReasons(report).join(', ')}` : '',
  }
}

/** `1,284 findings`: a number with its noun. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(number)} ${number === 1 ? noun : plural}`
}

/** 1,284,000. Not the engine's formatter: a report is the same in every locale. */
export function thousands(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** A finding that a person should see now: it stands, and no exception hides it. */
export function isOpen(finding: Finding): boolean {
  return finding.status !== 'excepted' && finding.status !== 'fixed'
}

/** `unknown` in the place of the severity where nothing was decided. */
export function severityWord(finding: Finding): Severity | 'unknown' {
  return finding.verdict === 'unknown' ? 'unknown' : finding.severity
}

/** `/srv/a.yaml and 2 more`. */
function someOf(examples: readonly string[], total: number, shown = 3): string {
  const listed = examples.slice(0, shown)
  const more = total - listed.length
  return `${listed.join(', ')}${more > 0 && listed.length > 0 ? ` and ${thousands(more)} more` : ''}`
}

function findingsInWords(summary: ScanSummary): string {
  const parts = severities.filter(s => summary.findings[s] > 0).map(s => `${thousands(summary.findings[s])} ${s}`)
  const total = severities.reduce((sum, s) => sum + summary.findings[s], 0)
  if (total === 0) return 'no findings'
  return `${count(total, 'finding')}: ${parts.join(', ')}`
}

function exceptedNote({ summary }: Report): readonly string[] {
  return summary.excepted === 0 ? [] : [`${count(summary.excepted, 'finding')} hidden by an exception`]
}

function unknownNote({ summary }: Report): readonly string[] {
  const { unknown } = summary.verdicts
  return unknown === 0 ? [] : [`${count(unknown, 'verdict')} unknown: something that decides is not in the input`]
}

function damagedNote({ diagnostics, summary }: Report): readonly string[] {
  const { damaged } = summary.documents
  const files = [...new Set(diagnostics.filter(d => d.level === 'error').map(d => d.file))]
  if (damaged === 0 && files.length === 0) return []
  const what = damaged > 0 ? count(damaged, 'document') : count(files.length, 'file')
  return [`${what} could not be read${files.length > 0 ? `: ${someOf(files, files.length)}` : ''}`]
}

function unitNotes(summary: ScanSummary): readonly string[] {
  const notes: string[] = []
  for (const [kind, noun] of unitNouns) {
    const units = summary.renderUnits.filter(unit => unit.kind === kind)
    if (units.length === 0) continue
    const files = units.reduce((sum, unit) => sum + unit.files, 0)
    const roots = units.map(unit => unit.root)
    notes.push(`${count(units.length, noun)} not rendered (${count(files, 'file')}): ${someOf(roots, roots.length)}`)
  }
  return notes
}

function skippedNotes(summary: ScanSummary): readonly string[] {
  return summary.skipped.map(({ reason, count: number, examples }) => {
    const listed = examples.length > 0 ? `: ${someOf(examples, number)}` : ''
    return `${thousands(number)} skipped (${reason})${listed}`
  })
}

function partialReasons(report: Report): readonly string[] {
  const { summary, diagnostics } = report
  const reasons: string[] = []
  const broken = diagnostics.filter(d => d.level === 'error').length
  if (summary.documents.damaged > 0) reasons.push(`${count(summary.documents.damaged, 'document')} could not be read`)
  else if (broken > 0) reasons.push(`${count(broken, 'input')} could not be read`)
  for (const [kind, noun] of unitNouns) {
    const units = summary.renderUnits.filter(unit => unit.kind === kind).length
    if (units > 0) reasons.push(`${count(units, noun)} ${units === 1 ? 'was' : 'were'} not rendered`)
  }
  if (summary.verdicts.unknown > 0) reasons.push(`${count(summary.verdicts.unknown, 'verdict')} could not be decided`)
  return reasons.length > 0 ? reasons : ['not everything was read or decided']
}

const unitNouns = [
  ['helm', 'Helm chart'],
  ['kustomize', 'kustomization'],
] as const
