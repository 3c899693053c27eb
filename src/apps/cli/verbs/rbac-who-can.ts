import { writeAll } from '../../../adapters/process/write-stream.ts'
import { namespacesGiving, whoCan } from '../../../inventory/permissions/who-can.ts'
import { requestWords } from '../../../report/access/access-words.ts'
import { gridCsv, gridLines, gridMarkdown } from '../../../report/access/grid.ts'
import { mermaidLines } from '../../../report/access/mermaid.ts'
import { whoCanEdges, whoCanGrid } from '../../../report/access/who-can-report.ts'
import { answerWhoCan, subjectRecord } from '../../access/answer-lines.ts'
import { resourceWordsOf } from '../../access/cluster-access.ts'
import { askedRequest } from '../../access/question.ts'
import { UserError } from '../../user-error.ts'
import { answerLines } from '../question-stream.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { checkStream, exitOfReading, formatOf, readAccess, sayNarrower, terminalStyle } from '../rbac-input.ts'
import { say } from '../say.ts'

/** `breakwater rbac who-can VERB RESOURCE [NAME]`, or a stream with `--stdin`. */
export async function runWhoCanVerb(words: readonly string[], flags: RbacFlags): Promise<number> {
  if (flags.stdin === true) checkStream(words, flags)
  const access = await readAccess(flags)
  if (flags.stdin === true) return answerLines(line => answerWhoCan(access, line))
  const [verb, resource, name] = words
  if (verb === undefined || resource === undefined) {
    throw new UserError('NO_QUESTION', 'a question names a verb and a resource', {
      next: 'for example: breakwater rbac who-can get secrets -n shop -f manifests/',
    })
  }
  if (words.length > 3)
    throw new UserError('NO_QUESTION', `"${words[3]}" is one word too many: VERB RESOURCE [NAME]`, {
      next: 'a namespace is given by -n',
    })
  const scope = { namespace: flags.namespace, isAllNamespaces: flags.allNamespaces === true }
  const asked = askedRequest(verb, resource, name ?? '', scope, resourceWordsOf(access))
  const { request } = asked
  for (const note of asked.notes) say(note)
  const { subjects } = whoCan(access.index, request)
  const grid = () => whoCanGrid(subjects, access.nameOf)
  const text = (): string => {
    switch (formatOf(flags, 'ndjson')) {
      case 'table':
        return lines(gridLines(grid(), terminalStyle()))
      case 'csv':
        return gridCsv(grid())
      case 'markdown':
        return lines(gridMarkdown(grid()))
      case 'mermaid':
        return lines([...mermaidLines(whoCanEdges(subjects, requestWords(request)))])
      case 'json':
        return `${JSON.stringify(subjects.map(subjectRecord), null, 2)}\n`
      default:
        return lines(subjects.map(entry => JSON.stringify(subjectRecord(entry))))
    }
  }
  if (asked.isUnscoped) sayNarrower(namespacesGiving(access.index, [request]))
  await writeAll(process.stdout, [text()])
  return exitOfReading(access)
}

function lines(of: readonly string[]): string {
  return of.map(line => `${line}\n`).join('')
}
