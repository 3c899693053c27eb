import type { Report } from '../model/report.ts'
import { type Severity, severities } from '../model/severity.ts'
import { assets } from './html/assets.generated.ts'
import { htmlData } from './html-data.ts'
import { htmlHead } from './html-head.ts'
import { htmlInline, htmlProse, htmlText } from './html-text.ts'
import type { ReportOptions } from './report-options.ts'
import { type RuleGroup, ruleGroups } from './rule-groups.ts'
import { ruleUri } from './rule-of.ts'
import { count, isOpen, scanWords, thousands } from './scan-words.ts'

/**
 * One self-contained file: no request leaves it, its policy forbids everything but the one script and the one style
 * sheet, and findings are drawn from a data block as text. Summary, rules and what was not read are plain HTML, so that
 * they stand without JavaScript as well.
 */
export function* renderHtml(report: Report, options: ReportOptions = {}): Iterable<string> {
  const groups = ruleGroups(report, report.findings.filter(isOpen))
  yield htmlHead('Breakwater scan report', assets)
  yield '<a class="skip" href="#findings">Skip to the findings</a>\n'
  yield header(report)
  yield `<main id="main">\n${partialBanner(report)}${tiles(report)}${facts(report)}`
  yield ranking(groups)
  yield findingsSection(report)
  yield* rulesSection(report, groups)
  yield* inputSection(report)
  yield `</main>\n<footer>Written by ${htmlText(report.tool.name)} ${htmlText(report.tool.version)}. This file asks no network and can be opened anywhere.</footer>\n`
  yield '<script type="application/json" id="data">'
  yield* htmlData(report, groups, options)
  yield `</script>\n<script>${assets.script}</script>\n</body>\n</html>\n`
}

function header(report: Report): string {
  const made = report.createdAt === undefined ? '' : `<span class="soft">${htmlText(report.createdAt)}</span>`
  return `<header><h1>Breakwater scan report</h1>${made}<span class="grow"></span><button type="button" id="theme">Light or dark</button></header>\n`
}

function partialBanner(report: Report): string {
  const { partial } = scanWords(report)
  if (partial === '') return ''
  return `<p class="banner" role="note"><strong>Not everything was checked.</strong> ${sentence(partial)}. Details are under <a href="#input">What was read</a>.</p>\n`
}

function tiles(report: Report): string {
  const tile = (severity: Severity) => {
    const number = report.summary.findings[severity]
    const content = `<b>${thousands(number)}</b><span>${severity}</span>`
    return number === 0
      ? `<div class="tile ${severity} zero">${content}</div>`
      : `<button type="button" class="tile ${severity}" data-severity="${severity}" aria-pressed="false">${content}</button>`
  }
  return `<section class="tiles" aria-label="Findings by severity">${severities.map(tile).join('')}</section>\n`
}

function facts(report: Report): string {
  const { summary } = report
  const items = [
    fact(summary.objects, 'object'),
    fact(summary.files, 'file'),
    ...(summary.excepted > 0 ? [`<li><b>${thousands(summary.excepted)}</b> hidden by exceptions</li>`] : []),
    ...(summary.verdicts.unknown > 0 ? [`<li><b>${thousands(summary.verdicts.unknown)}</b> undecided</li>`] : []),
    `<li><b>${thousands(summary.verdicts.pass)}</b> checks passed</li>`,
  ]
  return `<ul class="facts">${items.join('')}</ul>\n`
}

function fact(number: number, noun: string): string {
  return `<li><b>${thousands(number)}</b> ${count(number, noun).replace(/^\S+ /, '')}</li>`
}

/** Rules shown before the reader asks for all. */
const topRules = 8

function ranking(groups: readonly RuleGroup[]): string {
  if (groups.length === 0) return ''
  const most = Math.max(...groups.map(group => group.findings.length))
  const rows = groups.map((group, i) => {
    const share = Math.max(1, Math.round((group.findings.length / most) * 100))
    const bar = `<svg class="bar ${group.severity}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${share}" height="8"/></svg>`
    return `<li${i >= topRules ? ' hidden' : ''}><button type="button" data-rule="${htmlText(group.ruleId)}" aria-pressed="false"><span>${badge(group.severity)}</span><span class="mono">${htmlText(group.ruleId)}</span><span class="title">${htmlInline(group.title)}</span>${bar}<span class="number">${thousands(group.findings.length)}</span></button></li>`
  })
  const more =
    groups.length > topRules
      ? `<p class="more"><button type="button" id="all-rules">Show all ${groups.length} rules</button></p>`
      : ''
  return `<h2>What matters most</h2>\n<div class="card"><ol class="ranking">${rows.join('\n')}</ol>${more}</div>\n`
}

function badge(severity: RuleGroup['severity']): string {
  return `<span class="badge ${severity}">${severity}</span>`
}

function findingsSection(report: Report): string {
  const column = (name: string, label: string) =>
    `<th scope="col" role="columnheader" data-sort="${name}" data-label="${label}" aria-sort="none"><button type="button">${label}</button></th>`
  const select = (name: string, label: string) =>
    `<select id="by-${name}" aria-label="Filter by ${name}"><option value="">${label}</option></select>`
  const isEmpty = !report.findings.some(isOpen)
  const good = report.summary.partial
    ? '<b>No findings in what was read</b>Some of the input was not checked: see below.'
    : '<b>No findings</b>Everything that was read passed.'
  return `<h2 id="findings" tabindex="-1">Findings</h2>
<noscript><p class="banner">The list of findings needs JavaScript. The counts above and the rules below stand without it.</p></noscript>
${isEmpty ? `<div class="card empty">${good}</div>` : ''}
<div${isEmpty ? ' hidden' : ''}>
<div class="filters" role="search" aria-label="Filter findings">
<input type="search" id="search" placeholder="Search names, messages, files ( / )" aria-label="Search findings">
${select('severity', 'All severities')}${select('rule', 'All rules')}${select('namespace', 'All namespaces')}${select('file', 'All files')}
<button type="button" id="reset" hidden>Clear</button>
</div>
<p id="count" class="soft" role="status" aria-live="polite"></p>
<p id="print-note" class="print-only soft"></p>
<div class="card" id="table"><table class="findings" role="table" aria-label="Findings"><colgroup><col class="c-severity"><col class="c-rule"><col class="c-object"><col><col class="c-place"></colgroup>
<thead role="rowgroup"><tr role="row">${column('severity', 'Severity')}${column('rule', 'Rule')}${column('object', 'Object')}${column('what', 'What')}${column('place', 'Where')}</tr></thead>
<tbody id="rows" role="rowgroup"></tbody></table></div>
<div id="nothing" class="card empty" hidden><b>Nothing matches the filter</b>Clear it to see every finding.</div>
<p id="more" class="more" hidden><button type="button" id="more-button">Show more</button></p>
</div>
`
}

function* rulesSection(report: Report, groups: readonly RuleGroup[]): Iterable<string> {
  const seen = new Set<string>()
  const listed = groups.filter(({ ruleId }) => report.rules.has(ruleId) && !seen.has(ruleId) && seen.add(ruleId))
  if (listed.length === 0) return
  yield '<h2>Rules, and what to do</h2>\n<div class="card">\n'
  for (const { ruleId } of listed) {
    const rule = report.rules.get(ruleId)
    if (rule === undefined) continue
    const id = htmlText(rule.id)
    const tags = [...rule.frameworks, ...rule.aliases].map(htmlText).join(' · ')
    yield `<details class="rule" id="rule-${id}"><summary>${badge(rule.severity)}<span class="mono">${id}</span><h3>${htmlInline(rule.title)}</h3></summary>
<h4>Why it matters</h4>${htmlProse(rule.rationale)}<h4>What to do</h4>${htmlProse(rule.remediation)}
<p class="soft">Effort ${rule.effort} · may break the application: ${rule.breaks}${tags === '' ? '' : ` · ${tags}`}</p>
${documentation(ruleUri(report, rule))}</details>\n`
  }
  yield '</div>\n'
}

/** Only http and https become a link. */
function documentation(uri: string): string {
  if (!/^https?:\/\//.test(uri)) return ''
  return `<p><a href="${htmlText(uri)}" rel="noopener noreferrer">Documentation of this rule</a></p>`
}

/** Diagnostics beyond this many are counted; the machine-readable formats list all. */
const mostDiagnostics = 200

function* inputSection(report: Report): Iterable<string> {
  const { read, notes, partial } = scanWords(report)
  yield `<h2 id="input" tabindex="-1">What was read</h2>\n<div class="card"><ul class="notes"><li>${sentence(read)}</li>`
  for (const note of partial === '' ? notes : [...notes, partial]) yield `<li>${sentence(note)}</li>`
  for (const { file, line, column, code, message } of report.diagnostics.slice(0, mostDiagnostics)) {
    const place = line > 0 ? `${file}:${line}:${column}` : file
    yield `<li><span class="mono">${htmlText(place)}</span> ${htmlText(message)} <span class="soft">${htmlText(code)}</span></li>`
  }
  const more = report.diagnostics.length - mostDiagnostics
  yield `${more > 0 ? `<li>and ${count(more, 'more message')}</li>` : ''}</ul></div>\n`
}

function sentence(text: string): string {
  return htmlText(text.slice(0, 1).toUpperCase() + text.slice(1))
}
