import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import { textWidth } from '../lib/text/text-width.ts'
import { truncate, truncateMiddle } from '../lib/text/truncate.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { severityRank } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { codeFrame } from './code-frame.ts'
import { ruleOf, shortRemedy } from './rule-of.ts'
import { thousands } from './scan-words.ts'
import { findingHeadline, isMasked, type TableLayout } from './table-layout.ts'

/** Every finding with its frame: by file, the gravest first, then by object; what lies at one place shares a frame. */
export function* findingFrames(report: Report, findings: readonly Finding[], layout: TableLayout): Iterable<string> {
  for (const file of byFile(findings)) {
    for (const object of groups(file, finding => describeObject(finding.subject))) {
      yield* objectHeading(object, layout)
      for (const place of groups(object, placeKey)) yield* placeFrames(report, place, layout)
    }
  }
}

function* objectHeading(findings: readonly Finding[], { style, width }: TableLayout): Iterable<string> {
  const [first] = findings
  if (first === undefined) return
  const object = truncate(escapeTerminal(describeObject(first.subject)), width - 24)
  const room = width - textWidth(object) - 4
  const file = truncateMiddle(escapeTerminal(first.locations[0]?.file ?? ''), Math.max(room, 16))
  const line = Math.max(1, width - textWidth(object) - textWidth(file) - 2)
  yield `${style('bold', object)} ${style('dim', '─'.repeat(line))} ${style('dim', file)}`
  yield ''
}

function* placeFrames(report: Report, findings: readonly Finding[], layout: TableLayout): Iterable<string> {
  const [first] = findings
  if (first === undefined) return
  for (const finding of findings) yield* findingHeadline(finding, layout)

  const remarks = remedies(report, findings)
  const shown = first.locations.slice(0, mostPlaces)
  for (const [i, location] of shown.entries()) {
    yield `  ${layout.style('dim', '-->')} ${escapeTerminal(`${location.file}:${location.line}:${location.column}`)}`
    const frame = { ...location, masked: findings.some(isMasked) }
    const isLast = i === shown.length - 1
    yield* codeFrame(frame, isLast ? remarks : [], layout.sourceLine, layout.width, layout.style)
  }
  const more = first.locations.length - shown.length
  if (more > 0) yield `      and ${thousands(more)} more ${more === 1 ? 'place' : 'places'} in this object`
  yield ''
}

/** What to do, one line a rule; the rule is named where several stand together. */
function remedies(report: Report, findings: readonly Finding[]): readonly string[] {
  const lines: string[] = []
  for (const finding of findings) {
    const remedy = shortRemedy(ruleOf(report, finding))
    if (remedy === '') continue
    const fix = finding.fix === undefined ? '' : `  (fix: ${finding.fix.level}${finding.fix.proven ? ', proven' : ''})`
    lines.push(`${findings.length > 1 ? `${shortId(finding.ruleId)}: ` : ''}${escapeTerminal(remedy)}${fix}`)
  }
  return lines
}

/** `POD-002`: the prefix is the same everywhere and the headline has just said it. */
function shortId(ruleId: string): string {
  return escapeTerminal(ruleId.replace(/^BW-/, ''))
}

function byFile(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const files = groups(findings, finding => finding.locations[0]?.file ?? '')
  const rank = new Map(files.map(file => [file, Math.min(...file.map(finding => severityRank(finding.severity)))]))
  return files.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
}

/** In order of first appearance. */
function groups(findings: readonly Finding[], keyOf: (finding: Finding) => string): readonly (readonly Finding[])[] {
  const found = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const group = found.get(key)
    if (group === undefined) found.set(key, [finding])
    else group.push(finding)
  }
  return [...found.values()]
}

function placeKey(finding: Finding): string {
  return finding.locations.map(({ file, line, column }) => `${line}:${column}:${file}`).join('\n')
}

/** Frames of one finding; a Pod of twelve containers needs no twelve frames to be understood. */
const mostPlaces = 3
