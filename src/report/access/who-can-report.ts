import type { SubjectGrants } from '../../inventory/permissions/who-can.ts'
import { describeBinding, describeRole, describeSubject } from '../../model/access.ts'
import { grantPlace, placeWords, ruleWords } from './access-words.ts'
import type { Grid } from './grid.ts'
import type { Edge } from './mermaid.ts'

/** One row for each subject and grant; `nameOf` tells what is known of a subject beside its name. */
export function whoCanGrid(
  subjects: readonly SubjectGrants[],
  nameOf: (subject: SubjectGrants['subject']) => string,
): Grid {
  return {
    columns: ['subject', 'via', 'rule at', 'note', 'rule'],
    rows: ownFirst(subjects).flatMap(({ subject, by, isBypass }) =>
      isBypass
        ? [[describeSubject(subject), '(bypasses RBAC)', '-', 'cannot be revoked', '-']]
        : by.map(grant => [
            describeSubject(subject),
            `${describeBinding(grant.binding)} -> ${describeRole(grant.role)}`,
            placeWords(grantPlace(grant)),
            [nameOf(subject), grant.binding.namespace === '' ? 'in every namespace' : '']
              .filter(text => text !== '')
              .join('; '),
            ruleWords(grant.rule),
          ]),
    ),
  }
}

/** A person asks about the cluster's own bindings; those that Kubernetes ships are the same everywhere. */
function ownFirst(subjects: readonly SubjectGrants[]): readonly SubjectGrants[] {
  const isShipped = ({ by, isBypass }: SubjectGrants) =>
    !isBypass && by.every(grant => grant.binding.source === undefined)
  return [...subjects].sort((a, b) => Number(isShipped(a)) - Number(isShipped(b)))
}

export function whoCanEdges(subjects: readonly SubjectGrants[], target: string): readonly Edge[] {
  return subjects.flatMap(({ subject, by, isBypass }): Edge[] =>
    isBypass
      ? [[describeSubject(subject), 'bypasses RBAC', target]]
      : by.flatMap((grant): Edge[] => [
          [describeSubject(subject), describeBinding(grant.binding), describeRole(grant.role)],
          [describeRole(grant.role), grant.rule.verbs.join(', '), target],
        ]),
  )
}
