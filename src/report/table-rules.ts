import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import { padEnd, padStart, textWidth } from '../lib/text/text-width.ts'
import { truncate, truncateMiddle, wrap } from '../lib/text/truncate.ts'
import { isAtLeast } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { codeFrame } from './code-frame.ts'
import { placeOf } from './compact.ts'
import type { RuleGroup } from './rule-groups.ts'
import { baseRuleId } from './rule-of.ts'
import { count, thousands } from './scan-words.ts'
import { headline, isMasked, type TableLayout, toneOf } from './table-layout.ts'

/** A section for each grave rule, then one line for each of the others. */
export function* ruleSections(groups: readonly RuleGroup[], layout: TableLayout): Iterable<string> {
  const grave = groups.filter(group => group.severity !== 'unknown' && isAtLeast(group.severity, 'high'))
  const detailed = (grave.length > 0 ? grave : groups).slice(0, mostSections)

  for (const group of detailed) yield* ruleSection(group, layout)

  const rest = groups.filter(group => !detailed.includes(group))
  if (rest.length === 0) return
  yield layout.style('bold', 'And by rule')
  for (const group of rest.slice(0, mostRows)) yield ruleRow(group, layout)
  if (rest.length > mostRows) yield `  and ${count(rest.length - mostRows, 'more rule')}`
  yield ''
}

function* ruleSection(group: RuleGroup, layout: TableLayout): Iterable<string> {
  const { style, width, sourceLine } = layout
  const [first, ...others] = group.findings
  if (first === undefined) return
  yield* headline(group.severity, group.ruleId, group.title, layout)
  const extent = `${count(group.objects, 'object')} in ${count(group.files, 'file')}`
  for (const line of wrap(`${extent}${group.remedy === '' ? '' : `. ${escapeTerminal(group.remedy)}.`}`, width - 10))
    yield `          ${line}`
  const [location] = first.locations
  if (location !== undefined) {
    yield `  ${style('dim', '-->')} ${escapeTerminal(placeOf(first))}`
    const frame = { ...location, masked: isMasked(first) }
    const remark = `${escapeTerminal(describeObject(first.subject))}: ${escapeTerminal(first.message)}`
    yield* codeFrame(frame, [remark], sourceLine, width, style)
  }
  const listed = others.slice(0, mostExamples)
  for (const [i, finding] of listed.entries()) {
    const place = truncateMiddle(escapeTerminal(placeOf(finding)), Math.floor(width / 2))
    const object = truncate(
      escapeTerminal(describeObject(finding.subject)),
      Math.max(16, width - 12 - textWidth(place)),
    )
    yield `  ${style('dim', i === 0 ? 'also' : '    ')} ${place}  ${style('dim', object)}`
  }
  const more = others.length - listed.length
  if (more > 0) yield `       and ${thousands(more)} more: ${style('dim', scanCommand(layout, group.ruleId))}`
  yield ''
}

function ruleRow(group: RuleGroup, { style, width }: TableLayout): string {
  const number = padStart(thousands(group.findings.length), 7)
  const id = padEnd(escapeTerminal(group.ruleId), 10)
  const title = truncate(escapeTerminal(group.title), width - 33)
  return `  ${style(toneOf(group.severity), padEnd(group.severity, 8))}  ${number}  ${style('dim', id)}  ${title}`
}

/** A command that lists every finding of a rule, with the paths as they were given. */
export function scanCommand(layout: TableLayout, ruleId: string): string {
  const paths = layout.paths.length === 0 ? '' : ` ${layout.paths.map(shellWord).join(' ')}`
  return `breakwater scan${paths} --rule ${baseRuleId(ruleId)} -o compact`
}

function shellWord(path: string): string {
  const text = escapeTerminal(path)
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

const mostSections = 12
const mostRows = 24
const mostExamples = 2
