import { explainRule as explained, rulePage } from '../../report/index.ts'
import { ruleSources } from '../rules/rule-sources.ts'
import { shippedRules } from '../scan/shipped-rules.ts'
import { colorLevel } from './terminal.ts'

export function knownRuleIds(): readonly string[] {
  return [...shippedRules().metas.keys()]
}

/** A rule's page for a terminal, as Markdown, or its description as JSON. */
export function explainRule(id: string, format: string): string {
  if (format === 'json') return `${JSON.stringify(shippedRules().metas.get(id), null, 2)}\n`
  const source = ruleSources().find(({ rule }) => rule.id === id)!
  if (format === 'markdown') return rulePage(source)
  const color = colorLevel('auto', process.env, process.stdout.isTTY === true)
  return [...explained(source, { color, width: process.stdout.columns ?? 80 })].join('')
}
