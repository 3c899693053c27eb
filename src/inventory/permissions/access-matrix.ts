import { entryOf } from '../../lib/collections/entry-of.ts'
import { type AccessRequest, describeSubject, type Subject } from '../../model/access.ts'
import type { PermissionIndex } from './permission-index.ts'
import { whoCan } from './who-can.ts'

/** Verbs of a matrix and the letter that stands for each. */
export const matrixVerbs = [
  ['get', 'g'],
  ['list', 'l'],
  ['watch', 'w'],
  ['create', 'c'],
  ['update', 'u'],
  ['patch', 'p'],
  ['delete', 'd'],
] as const

export interface MatrixColumn {
  readonly title: string
  /** A request for the column, without its verb. */
  readonly request: Extract<AccessRequest, { kind: 'resource' }>
}

export interface MatrixRow {
  readonly subject: Subject
  /** The letters of the verbs that the subject has, by column. */
  readonly cells: readonly string[]
}

/** Which verbs each subject has on each resource, as bindings name the subjects. Subjects with none are left out. */
export function accessMatrix(index: PermissionIndex, columns: readonly MatrixColumn[]): readonly MatrixRow[] {
  const rows = new Map<string, { subject: Subject; cells: string[] }>()
  columns.forEach(({ request }, column) => {
    for (const [verb, letter] of matrixVerbs) {
      for (const { subject, isBypass } of whoCan(index, { ...request, verb }).subjects) {
        if (isBypass) continue
        const key = describeSubject(subject)
        const row = entryOf(rows, key, () => ({ subject, cells: columns.map(() => '') }))
        row.cells[column] += letter
      }
    }
  })
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row)
}
