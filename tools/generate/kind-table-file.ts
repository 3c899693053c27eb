/** `data/kubernetes-types.json`: the built-in kinds of several minors of Kubernetes in one table. */

/** `[field, code, flags]`; the fourth names the minors that have it so, where these are not all that have the type. */
export type FieldRow = readonly [name: string, code: string, flags: number, minors?: readonly number[]]
/** The third names the minors that have the type, where these are not all of the table. */
export type TypeRow = readonly [name: string, fields: readonly FieldRow[], minors?: readonly number[]]

export interface KindRow {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly type: number
  readonly minors?: readonly number[]
  readonly [more: string]: unknown
}

export interface KindTableFile {
  readonly schema: 'kubernetes-types/2'
  readonly compiled: string
  /** By minor: the release whose server and Go types were asked. */
  readonly releases: Readonly<Record<string, string>>
  readonly kinds: readonly KindRow[]
  readonly types: readonly TypeRow[]
}

/** What one server has: kinds and types that refer to each other by their places in `types`. */
export interface MinorTypes {
  readonly minor: number
  readonly release: string
  readonly compiled: string
  readonly kinds: readonly KindRow[]
  readonly types: readonly TypeRow[]
}

/** The table with what one minor has in place of what it had of it before. */
export function withMinor(table: KindTableFile | undefined, added: MinorTypes): KindTableFile {
  const releases = { ...table?.releases, [`1.${added.minor}`]: added.release }
  const minors = Object.keys(releases).map(version => Number(version.slice(2)))
  const union = new Union()
  if (table !== undefined) {
    const before = Object.keys(table.releases).map(version => Number(version.slice(2)))
    for (const minor of before) if (minor !== added.minor) union.add(minor, typesOf(table, minor))
  }
  union.add(added.minor, added)
  return {
    schema: 'kubernetes-types/2',
    compiled: added.compiled,
    releases: Object.fromEntries(minors.sort((a, b) => a - b).map(minor => [`1.${minor}`, releases[`1.${minor}`]!])),
    ...union.rows(minors),
  }
}

/** The kinds and types of one minor of the table. */
export function typesOf(table: KindTableFile, minor: number): Pick<MinorTypes, 'kinds' | 'types'> {
  const has = (minors: readonly number[] | undefined): boolean => minors === undefined || minors.includes(minor)
  return {
    kinds: table.kinds.filter(({ minors }) => has(minors)).map(({ minors: _, ...kind }) => kind as KindRow),
    types: table.types.map(([name, fields, minors]) => [
      name,
      has(minors) ? fields.filter(field => has(field[3])).map(([field, code, flags]) => [field, code, flags]) : [],
    ]),
  }
}

/** The text of the file: a kind and a type a line, so that a new minor is a small difference. */
export function kindTableText({ schema, compiled, releases, kinds, types }: KindTableFile): string {
  const lines = (rows: readonly unknown[]): string => `[\n${rows.map(row => JSON.stringify(row)).join(',\n')}\n]`
  return `${[
    '{',
    `"schema": ${JSON.stringify(schema)}, "compiled": ${JSON.stringify(compiled)},`,
    '"sources": {"served": "discovery of kube-apiserver", "types": "Go types of k8s.io/api, apimachinery, apiextensions-apiserver, kube-aggregator (Apache-2.0)"},',
    '"notes": ["types: [name, [[field, code, flags, minors]...], minors]; absent minors are all; flags 1 omitempty, 2 pointer, 4 omitzero",',
    '"codes: s string, b bool, i int32, l int64, n number, q quantity, x int or string, t time, T micro time, y bytes, r any, #N type N, [ list of, { map of"],',
    `"releases": ${JSON.stringify(releases)},`,
    `"kinds": ${lines(kinds)},`,
    `"types": ${lines(types)}`,
    '}',
  ].join('\n')}\n`
}

/** Rows with the minors that have them, types called by their names. */
class Union {
  private readonly kinds = new Map<string, Set<number>>()
  private readonly types = new Map<
    string,
    { readonly minors: Set<number>; readonly fields: Map<string, Set<number>> }
  >()

  add(minor: number, { kinds, types }: Pick<MinorTypes, 'kinds' | 'types'>): void {
    const named = (code: string): string => code.replace(/#(\d+)/, (_, index) => `#${types[Number(index)]![0]}`)
    for (const [name, fields] of types) {
      if (fields.length === 0 && !kinds.some(({ type }) => types[type]![0] === name) && !isUsed(types, name)) continue
      const type = this.types.get(name) ?? { minors: new Set(), fields: new Map<string, Set<number>>() }
      this.types.set(name, type)
      type.minors.add(minor)
      for (const [field, code, flags] of fields) noted(type.fields, JSON.stringify([field, named(code), flags]), minor)
    }
    for (const { type, ...kind } of kinds) noted(this.kinds, JSON.stringify({ ...kind, type: types[type]![0] }), minor)
  }

  rows(all: readonly number[]): Pick<KindTableFile, 'kinds' | 'types'> {
    const places = new Map([...this.types.keys()].map((name, index) => [name, index]))
    const placed = (code: string): string => code.replace(/#(.+)/, (_, name: string) => `#${places.get(name)}`)
    const only = (minors: ReadonlySet<number>, of: number): readonly [(readonly number[])?] =>
      minors.size === of ? [] : [[...minors].sort((a, b) => a - b)]
    return {
      kinds: [...this.kinds].map(([text, minors]) => {
        const kind = JSON.parse(text) as KindRow & { readonly type: string }
        const [some] = only(minors, all.length)
        return { ...kind, type: places.get(kind.type)!, ...(some === undefined ? {} : { minors: some }) }
      }),
      types: [...this.types].map(([name, { minors, fields }]) => [
        name,
        [...fields].map(([text, having]) => {
          const [field, code, flags] = JSON.parse(text) as [string, string, number]
          return [field, placed(code), flags, ...only(having, minors.size)] as FieldRow
        }),
        ...only(minors, all.length),
      ]),
    }
  }
}

function noted(rows: Map<string, Set<number>>, row: string, minor: number): void {
  const minors = rows.get(row) ?? new Set()
  minors.add(minor)
  rows.set(row, minors)
}

/** Whether a type without fields is the type of a field. */
function isUsed(types: readonly TypeRow[], name: string): boolean {
  const index = types.findIndex(([own]) => own === name)
  return types.some(([, fields]) => fields.some(([, code]) => code.replace(/^[[{]+/, '') === `#${index}`))
}
