import { escapeLineStart, escapeTerminal } from '../lib/text/escape-terminal.ts'
import { type Style, styleFor } from '../lib/text/style.ts'
import { wrap } from '../lib/text/truncate.ts'
import { defaultText, type RuleMeta } from '../model/rule.ts'
import type { ReportOptions } from './report-options.ts'
import { exceptionComment, type RuleCase, type RuleSource } from './rule-page.ts'
import { proseBlocks } from './rule-prose.ts'

/** A rule's page on a terminal: what it is, why, what to do, an object that fires and one that does not. */
export function* explainRule(source: RuleSource, options: ReportOptions = {}): Iterable<string> {
  const style = styleFor(options.color ?? 0)
  // Prose is read best below 100 columns.
  const width = Math.min(Math.max(options.width ?? 80, 40), 100)
  for (const line of page(source, style, width)) yield `${escapeLineStart(line.trimEnd())}\n`
}

function* page(source: RuleSource, style: Style, width: number): Iterable<string> {
  const { rule } = source
  yield `${style(rule.severity, rule.severity)}  ${style('dim', rule.id)}  ${style('bold', escapeTerminal(rule.title).replaceAll('`', ''))}`
  yield ''
  yield* prose(rule.rationale, style, width)
  yield style('bold', 'What to do')
  yield ''
  yield* prose(rule.remediation, style, width)

  yield* parameters(rule, style, width)
  yield* example(source.cases, 'fires', 'Reported', style)
  yield* example(source.cases, 'passes', 'Not reported', style)

  for (const [name, value] of facts(source)) {
    const [first = '', ...rest] = wrap(escapeTerminal(value), width - 14)
    yield `${style('dim', name.padEnd(12))}  ${first}`
    for (const line of rest) yield `${' '.repeat(14)}${line}`
  }
}

function* prose(text: string, style: Style, width: number): Iterable<string> {
  for (const block of proseBlocks(text)) {
    if (block.kind === 'code') {
      for (const line of block.lines) yield `      ${style('low', escapeTerminal(line))}`
    } else {
      // Wrapped with its backticks, so that no colour code is counted as width.
      for (const line of wrap(escapeTerminal(block.text), width - 2)) yield `  ${line}`
    }
    yield ''
  }
}

function* parameters(rule: RuleMeta, style: Style, width: number): Iterable<string> {
  if (rule.params.length === 0) return
  yield style('bold', 'Parameters')
  yield ''
  for (const parameter of rule.params) {
    const value = defaultText(parameter)
    yield `      ${style('low', `--set ${rule.id}.${parameter.name}=${value || (parameter.type === 'strings' ? 'a,b' : '')}`)}`
    const told = `${parameter.description} Default: ${value === '' ? 'none' : value}.`
    for (const line of wrap(escapeTerminal(told), width - 8)) yield `        ${line}`
    yield ''
  }
}

function* example(
  cases: readonly RuleCase[],
  outcome: RuleCase['outcome'],
  title: string,
  style: Style,
): Iterable<string> {
  const found = cases.find(entry => entry.outcome === outcome)
  if (found === undefined) return
  yield `${style('bold', title)}${found.name === '' ? '' : style('dim', `  ${escapeTerminal(found.name)}`)}`
  yield ''
  for (const line of found.object.trimEnd().split('\n')) yield `      ${escapeTerminal(line)}`
  if (found.message !== undefined && found.message !== '') {
    yield ''
    yield `      ${style('dim', '->')} ${escapeTerminal(found.message)}`
  }
  yield ''
}

function facts({ rule, policyPath, exceptions }: RuleSource): readonly (readonly [string, string])[] {
  const all: readonly (readonly [string, string])[] = [
    ['effort', `${rule.effort}; may break the application: ${rule.breaks}`],
    ['pack', rule.recommended ? 'recommended' : 'none (select it with --rule)'],
    ['frameworks', rule.frameworks.join(', ')],
    ['elsewhere', rule.aliases.join(', ')],
    ['exception', exceptions === true ? exceptionComment(rule) : ''],
    ['policy', policyPath],
    ['page', rule.docs],
  ]
  return all.filter(([, value]) => value !== '')
}
