import { jsonText } from '../lib/json/json-text.ts'
import type { JsonValue } from '../lib/json/json-value.ts'
import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding, Location } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { severities } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { excerpt } from './code-frame.ts'
import { scriptJson } from './html-text.ts'
import type { ReportOptions } from './report-options.ts'
import type { RuleGroup } from './rule-groups.ts'
import { baseRuleId } from './rule-of.ts'
import { isOpen } from './scan-words.ts'
import { isMasked } from './table-layout.ts'

/**
 * The data block of an HTML report: findings as short arrays that refer to lists of rules, files and objects, so that
 * 50,000 findings stay a file that a browser opens. Source lines come last, each once, up to a bound.
 */
export function* htmlData(report: Report, groups: readonly RuleGroup[], options: ReportOptions): Iterable<string> {
  const rules = new Positions<string>()
  const files = new Positions<string>()
  const objects = new Positions<string>()
  const objectRows: JsonValue[] = []
  const lines = new ExcerptLines(options)
  let separator = '{"findings":[\n'

  for (const finding of report.findings) {
    if (!isOpen(finding)) continue
    const { kind, namespace, name } = finding.subject
    const object = objects.of(`${finding.subject.group}\n${describeObject(finding.subject)}`)
    if (object === objectRows.length) objectRows.push([kind, namespace, name].map(escapeTerminal))
    const places = finding.locations.map(location => {
      const file = files.of(location.file)
      lines.add(file, location, isMasked(finding))
      return [file, location.line, location.column, escapeTerminal(location.key)]
    })
    const severity = finding.verdict === 'unknown' ? severities.length : severities.indexOf(finding.severity)
    const row = [
      severity,
      rules.of(baseRuleId(finding.ruleId)),
      object,
      escapeTerminal(finding.message),
      places,
      details(finding),
    ]
    yield scriptJson(separator + jsonText(row))
    separator = ',\n'
  }
  if (separator.startsWith('{')) yield separator
  const listed = rules.all.map(id => ruleRow(report, groups, id))
  yield scriptJson(`\n],\n"rules":${jsonText(listed)},\n"files":${jsonText(files.all.map(escapeTerminal))},\n`)
  yield scriptJson(`"objects":${jsonText(objectRows)},\n"lines":${jsonText(lines.all)}}`)
}

/** Numbers things in order of first appearance. */
class Positions<Key> {
  readonly #positions = new Map<Key, number>()

  of(key: Key): number {
    const known = this.#positions.get(key)
    if (known !== undefined) return known
    this.#positions.set(key, this.#positions.size)
    return this.#positions.size - 1
  }

  get all(): readonly Key[] {
    return [...this.#positions.keys()]
  }
}

/** Characters of source that a report carries at most; findings beyond it show their place without the lines. */
const mostExcerpt = 4_000_000
/** Places of one finding whose lines are carried: as many as the page shows. */
const context = 2

/** Source lines around the findings, each once. */
class ExcerptLines {
  readonly #options: ReportOptions
  readonly #files = new Map<number, Map<number, string>>()
  #room = mostExcerpt

  constructor(options: ReportOptions) {
    this.#options = options
  }

  add(file: number, location: Location, masked: boolean): void {
    const { sourceLine } = this.#options
    if (sourceLine === undefined || this.#room <= 0) return
    let known = this.#files.get(file)
    if (known === undefined) {
      known = new Map()
      this.#files.set(file, known)
    }
    for (let number = Math.max(1, location.line - context); number <= location.line + context; number++) {
      // A line near a secret stays masked, whichever finding asks for it first.
      if (known.has(number) && !masked) continue
      const text = excerpt(sourceLine(location.file, number), masked)
      if (text === undefined) continue
      known.set(number, escapeTerminal(text))
      this.#room -= text.length + 8
    }
  }

  get all(): Readonly<Record<string, JsonValue>> {
    return Object.fromEntries([...this.#files].map(([file, known]) => [String(file), Object.fromEntries(known)]))
  }
}

function ruleRow(report: Report, groups: readonly RuleGroup[], id: string): JsonValue {
  const group = groups.find(entry => entry.ruleId === id)
  return {
    id: escapeTerminal(id),
    title: escapeTerminal(group?.title ?? '').replaceAll('`', ''),
    remedy: escapeTerminal(group?.remedy ?? '').replaceAll('`', ''),
    frameworks: escapeTerminal(report.rules.get(id)?.frameworks.join(', ') ?? ''),
  }
}

function details(finding: Finding): JsonValue {
  return {
    fingerprint: finding.fingerprint,
    ...(baseRuleId(finding.ruleId) === finding.ruleId ? {} : { id: escapeTerminal(finding.ruleId) }),
    ...(finding.reason === undefined ? {} : { reason: escapeTerminal(finding.reason) }),
    ...(finding.fix === undefined ? {} : { fix: `${finding.fix.level}${finding.fix.proven ? ', proven' : ''}` }),
    ...(finding.evidence.length === 0
      ? {}
      : {
          evidence: finding.evidence
            .slice(0, 8)
            .map(({ pointer, value }) => [escapeTerminal(pointer), shortValue(escapeTerminal(jsonText(value)))]),
        }),
  }
}

function shortValue(text: string): string {
  return text.length > 400 ? `${text.slice(0, 399).toWellFormed()}…` : text
}
