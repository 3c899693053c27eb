import type { ChangedRights, RightsDiff } from '../../inventory/permissions/rights-diff.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import type { Style } from '../../lib/text/style.ts'
import { padEnd } from '../../lib/text/text-width.ts'
import { describeBinding, describeRole, describeSubject } from '../../model/access.ts'
import { codeSpan } from '../markdown-text.ts'
import { placeWords, ruleWords } from './access-words.ts'
import type { Grid } from './grid.ts'
import type { Edge } from './mermaid.ts'

/** Rights gained, then rights lost, with the bindings that give them. */
export function* diffLines(diff: RightsDiff, style: Style): Iterable<string> {
  yield* changeLines('gained', diff.gained, style)
  yield* changeLines('lost', diff.lost, style)
  if (diff.gained.length === 0 && diff.lost.length === 0) yield 'no right gained or lost'
}

function* changeLines(word: 'gained' | 'lost', changes: readonly ChangedRights[], style: Style): Iterable<string> {
  if (changes.length === 0) return
  yield style('bold', `rights ${word}`)
  for (const change of changes) {
    const severity = padEnd(change.gravity ?? '', 8)
    const told = word === 'gained' && change.gravity !== undefined ? style(change.gravity, severity) : severity
    yield `  ${told}  ${escapeTerminal(describeSubject(change.subject))}  ${scopeWords(change)}`
    for (const rule of change.rules.slice(0, mostRules))
      yield escapeTerminal(`            ${word === 'gained' ? '+' : '-'} ${ruleWords(rule)}`)
    if (change.rules.length > mostRules)
      yield `              and ${change.rules.length - mostRules} more; -o json shows all`
    for (const grant of change.by) {
      const role = grant.role === undefined ? '' : ` -> ${describeRole(grant.role)}`
      yield style(
        'dim',
        escapeTerminal(
          `            through ${describeBinding(grant.binding)}${role}  ${placeWords(grant.binding.source)}`,
        ),
      )
    }
  }
}

/** Rights of one change that are told one by one, the gravest first. */
const mostRules = 6

function scopeWords({ namespace }: ChangedRights): string {
  return namespace === '' ? 'in every namespace' : escapeTerminal(`in namespace ${namespace}`)
}

/** A comment for a pull request. */
export function* diffMarkdown(diff: RightsDiff): Iterable<string> {
  yield `### Rights: ${diff.gained.length} gained, ${diff.lost.length} lost`
  for (const [title, changes] of [
    ['Gained', diff.gained],
    ['Lost', diff.lost],
  ] as const) {
    if (changes.length === 0) continue
    yield ''
    yield `**${title}**`
    yield ''
    yield '| Severity | Subject | Where | Rights | Through |'
    yield '|---|---|---|---|---|'
    for (const change of changes.slice(0, mostRows)) {
      const rights = change.rules
        .slice(0, 6)
        .map(rule => codeSpan(ruleWords(rule)))
        .join('<br>')
      const more = change.rules.length > 6 ? `<br>and ${change.rules.length - 6} more` : ''
      const by = change.by
        .slice(0, 3)
        .map(grant => codeSpan(`${describeBinding(grant.binding)} ${placeWords(grant.binding.source)}`))
      const where = change.namespace === '' ? 'every namespace' : codeSpan(change.namespace)
      yield `| ${change.gravity ?? ''} | ${codeSpan(describeSubject(change.subject))} | ${where} | ${rights}${more} | ${by.join('<br>')} |`
    }
    if (changes.length > mostRows) yield `\nand ${changes.length - mostRows} more`
  }
}

/** Comments of code hosts have a bound; the rest is counted. */
const mostRows = 100

export function diffGrid(diff: RightsDiff): Grid {
  const rows = (word: string, changes: readonly ChangedRights[]) =>
    changes.flatMap(change =>
      change.rules.map(rule => [
        word,
        change.gravity ?? '',
        describeSubject(change.subject),
        change.namespace === '' ? '*' : change.namespace,
        ruleWords(rule),
        change.by.map(grant => describeBinding(grant.binding)).join(' '),
      ]),
    )
  return {
    columns: ['change', 'severity', 'subject', 'namespace', 'rights', 'through'],
    rows: [...rows('gained', diff.gained), ...rows('lost', diff.lost)],
  }
}

/** From each subject to what it gains or loses; where and by which binding stands between them. */
export function diffEdges(diff: RightsDiff): readonly Edge[] {
  const edges = (word: string, changes: readonly ChangedRights[]) =>
    changes.flatMap(change =>
      change.given.map(({ rule, grant }): Edge => {
        const where = change.namespace === '' ? 'in every namespace' : `in namespace ${change.namespace}`
        const label = `${word} ${where} by ${describeBinding(grant.binding)}`
        return [describeSubject(change.subject), label, ruleWords(rule)]
      }),
    )
  return [...edges('gains', diff.gained), ...edges('loses', diff.lost)]
}
