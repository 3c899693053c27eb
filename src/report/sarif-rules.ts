import type { JsonObject } from '../lib/json/json-value.ts'
import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Report } from '../model/report.ts'
import type { RuleMeta } from '../model/rule.ts'
import type { Severity } from '../model/severity.ts'
import { ruleUri, shortRemedy } from './rule-of.ts'
import { scanWords } from './scan-words.ts'

/** A reporting descriptor (SARIF 3.49) of one rule: what the documentation page says, for viewers that show it. */
export function sarifRule(report: Pick<Report, 'tool'>, rule: RuleMeta): JsonObject {
  return {
    id: rule.id,
    name: ruleName(rule.title),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.rationale },
    defaultConfiguration: { level: sarifLevel[rule.severity] },
    helpUri: ruleUri(report, rule),
    help: {
      text: `${rule.rationale}\n\n${shortRemedy(rule)}.`,
      markdown: `${rule.rationale}\n\n**What to do**\n\n${rule.remediation}\n\n${frameworkLine(rule)}`.trim(),
    },
    properties: {
      // Code hosts sort by this number: above 9 critical, from 7 high, from 4 medium, above 0 low.
      'security-severity': securitySeverity[rule.severity],
      precision: 'high',
      'problem.severity': sarifLevel[rule.severity] === 'note' ? 'recommendation' : sarifLevel[rule.severity],
      tags: ['security', 'kubernetes', rule.category, ...rule.frameworks],
      aliases: rule.aliases,
    },
  }
}

/** The codes that notifications refer to, each once. */
export function notificationDescriptors(run: {
  readonly diagnostics: Report['diagnostics']
  readonly notes: readonly SarifNote[]
}): readonly JsonObject[] {
  const codes = new Set([...run.diagnostics.map(({ code }) => code), ...run.notes.map(({ id }) => id)])
  return [...codes].sort().map(id => ({ id }))
}

/** `error`, `warning` or `note`, as SARIF grades a failure. */
export const sarifLevel: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
}

/**
 * Untrusted text as a SARIF message. There, `[text](target)` is a link and `{0}` a placeholder (3.11.5, 3.11.6); both are
 * escaped where they occur, and nothing else, because many viewers show the escapes as they stand.
 */
export function plainMessage(text: string): string {
  const escaped = escapeTerminal(text)
    .replaceAll(/\{(?=\d+\})/g, '{{')
    .replaceAll(/(?<=\{\{\d+)\}/g, '}}')
  return escaped.includes('](') ? escaped.replaceAll(/[\\[\]]/g, '\\$&') : escaped
}

/** Something a reader of the file must learn without the terminal; the text is not escaped yet. */
export interface SarifNote {
  readonly id: string
  readonly level: 'note' | 'warning'
  readonly text: string
}

/** What the scan passed over or could not decide. */
export function scanNotes(report: Report): readonly SarifNote[] {
  const { notes, partial } = scanWords(report)
  const told = notes.map(text => ({ id: 'SCAN_NOTE', level: 'note', text }) as const)
  return partial === '' ? told : [...told, { id: 'SCAN_PARTIAL', level: 'warning', text: partial }]
}

const securitySeverity: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.0',
}

/** SARIF asks for an identifier: `ContainerRunsPrivileged`. */
function ruleName(title: string): string {
  return title
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}

function frameworkLine(rule: RuleMeta): string {
  return rule.frameworks.length === 0 ? '' : `Frameworks: ${rule.frameworks.map(id => `\`${id}\``).join(', ')}`
}
