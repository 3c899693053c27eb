import { writeAll } from '../../../adapters/process/write-stream.ts'
import { accessMatrix, type MatrixColumn, matrixVerbs } from '../../../inventory/permissions/access-matrix.ts'
import { namespacesGiving } from '../../../inventory/permissions/who-can.ts'
import { type AccessRequest, describeSubject } from '../../../model/access.ts'
import { gridCsv, gridLines, gridMarkdown } from '../../../report/access/grid.ts'
import { resourceWordsOf } from '../../access/cluster-access.ts'
import { askedRequest } from '../../access/question.ts'
import { UserError } from '../../user-error.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { exitOfReading, formatOf, readAccess, sayNarrower, terminalStyle } from '../rbac-input.ts'
import { say } from '../say.ts'

/** What is asked about where nothing is named: the resources through which rights grow. */
const standardColumns = [
  'secrets',
  'configmaps',
  'pods',
  'pods/exec',
  'deployments.apps',
  'serviceaccounts/token',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'nodes',
]

/** `breakwater rbac matrix [RESOURCE...]`. */
export async function runMatrixVerb(resources: readonly string[], flags: RbacFlags): Promise<number> {
  const access = await readAccess(flags)
  const words = resourceWordsOf(access)
  const scope = { namespace: flags.namespace, isAllNamespaces: false }
  const unscoped: AccessRequest[] = []
  const columns = (resources.length === 0 ? standardColumns : resources).map((written): MatrixColumn => {
    const resource = words.resolve(written)
    const { request, notes, isUnscoped } = askedRequest(
      'get',
      written,
      '',
      resource.namespaced ? scope : { ...scope, namespace: undefined },
      words,
    )
    for (const note of notes) if (!note.startsWith('from Kubernetes')) say(note)
    if (request.kind === 'url')
      throw new UserError('NO_QUESTION', `"${written}" is a URL, and a column of the matrix is a resource`, {
        next: `ask: breakwater rbac who-can get ${written} -f PATH`,
      })
    if (isUnscoped) unscoped.push(request)
    const { group, subresource } = request
    return {
      title: `${request.resource}${subresource === '' ? '' : `/${subresource}`}${resources.length === 0 || group === '' ? '' : `.${group}`}`,
      request,
    }
  })
  const ours = new Set(
    access.index.bindings
      .filter(binding => binding.source !== undefined)
      .flatMap(binding => binding.subjects.map(describeSubject)),
  )
  const rows = accessMatrix(access.index, columns).filter(
    row => flags.shipped === true || ours.has(describeSubject(row.subject)),
  )
  const grid = {
    columns: ['subject', ...columns.map(column => column.title)],
    rows: rows.map(row => [describeSubject(row.subject), ...row.cells.map(cell => cell || '-')]),
  }
  const records = rows.map(row => ({
    subject: row.subject,
    verbs: Object.fromEntries(columns.map(({ title }, i) => [title, verbsOf(row.cells[i]!)])),
  }))
  const text = (): string => {
    switch (formatOf(flags, 'table')) {
      case 'csv':
        return gridCsv(grid)
      case 'markdown':
        return lines(gridMarkdown(grid))
      case 'json':
        return `${JSON.stringify(records, null, 2)}\n`
      case 'ndjson':
        return lines(records.map(entry => JSON.stringify(entry)))
      default:
        return lines([
          ...gridLines(grid, terminalStyle()),
          `${matrixVerbs.map(([verb, letter]) => `${letter} ${verb}`).join(' · ')} · - nothing`,
        ])
    }
  }
  if (unscoped.length > 0) {
    const everyVerb = matrixVerbs.flatMap(([verb]) => unscoped.map(request => ({ ...request, verb })))
    sayNarrower(namespacesGiving(access.index, everyVerb))
  }
  await writeAll(process.stdout, [text()])
  return exitOfReading(access)
}

function verbsOf(letters: string): readonly string[] {
  return matrixVerbs.filter(([, letter]) => letters.includes(letter)).map(([verb]) => verb)
}

function lines(of: readonly string[]): string {
  return of.map(line => `${line}\n`).join('')
}
