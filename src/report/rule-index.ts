import type { RuleMeta } from '../model/rule.ts'

/** The list of all rules, `docs/rules/README.md`: by area, in the order of their ids. */
export function ruleIndex(rules: Iterable<RuleMeta>): string {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const areas = Map.groupBy(sorted, rule => areaOf(rule.id))
  const lines = [
    '<!-- Generated from the policy files; do not edit. -->',
    '',
    '# Rules',
    '',
    `${sorted.length} rules. \`breakwater explain RULE\` prints the same pages on a terminal. Rules marked with — are not part of the`,
    'pack `recommended`; `--rule` selects them.',
    '',
  ]
  for (const [area, listed] of areas) {
    lines.push(`## ${areaTitles[area] ?? area}`, '')
    lines.push('| Rule | Severity | What it finds | Frameworks | |', '|---|---|---|---|---|')
    for (const rule of listed) {
      const page = rule.docs.slice(rule.docs.lastIndexOf('/') + 1)
      const frameworks = rule.frameworks.map(name => `\`${name}\``).join(' ')
      lines.push(
        `| [${rule.id}](${page}) | ${rule.severity} | ${rule.title} | ${frameworks} | ${rule.recommended ? '' : '—'} |`,
      )
    }
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function areaOf(id: string): string {
  const [first = '', second = ''] = id.split('-')
  return first === 'BW' ? second : first
}

const areaTitles: Readonly<Record<string, string>> = {
  POD: 'Pods and containers',
  RES: 'Resources and availability',
  IMG: 'Images',
  NET: 'Network',
  SEC: 'Secrets',
  RBAC: 'Access',
  NS: 'Namespaces and hygiene',
  STO: 'Storage',
  ADM: 'Admission',
  WIN: 'Windows',
  PRD: 'Products',
}
