import type { JsonValue } from '../../lib/json/json-value.ts'

/**
 * What the API server of one Kubernetes minor serves and how it decodes and encodes each type. Made by
 * `tools/generate/kubernetes-types.ts` from a running server's discovery and the Go types of the same release.
 */
export interface KindTable {
  /** `1.37`. */
  readonly version: string
  /** By `apiVersion/kind`: `apps/v1/Deployment`, `v1/Pod`. */
  readonly kinds: ReadonlyMap<string, BuiltInKind>
  readonly types: readonly StructType[]
}

export interface BuiltInKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Plural name in URLs: `deployments`. */
  readonly resource: string
  readonly namespaced: boolean
  /** False for review kinds, which the server answers and never stores. */
  readonly persisted: boolean
  readonly subresources: readonly string[]
  readonly shortNames: readonly string[]
  /** Index in `types`. */
  readonly type: number
}

export interface StructType {
  readonly name: string
  readonly fields: ReadonlyMap<string, Field>
}

export interface Field {
  readonly name: string
  readonly shape: Shape
  readonly omitEmpty: boolean
  readonly isPointer: boolean
  readonly omitZero: boolean
}

/** The JSON shape of a Go type. */
export type Shape =
  | {
      readonly kind:
        | 'string'
        | 'bool'
        | 'int32'
        | 'int64'
        | 'number'
        | 'quantity'
        | 'intOrString'
        | 'time'
        | 'microTime'
        | 'bytes'
        | 'any'
    }
  | { readonly kind: 'struct'; readonly type: number }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'map'; readonly value: Shape }

/** Which minors have a row, where these are not all. */
type Minors = readonly number[] | undefined

interface RawTable {
  readonly releases: Readonly<Record<string, string>>
  readonly kinds: readonly (BuiltInKind & { readonly minors?: readonly number[] })[]
  readonly types: readonly (readonly [
    name: string,
    fields: readonly (readonly [name: string, code: string, flags: number, minors?: readonly number[]])[],
  ])[]
}

/**
 * The kinds of a minor, out of `data/kubernetes-types.json` parsed as JSON. A minor that the table does not hold gets
 * those of the nearest one: an older one where there is one, since a server knows at least what its predecessor knew.
 */
export function kindTable(json: JsonValue, minor: number): KindTable {
  // The file is our own and its form is fixed by the generator, whose test compares both.
  const raw = json as unknown as RawTable
  const known = Object.keys(raw.releases).map(version => Number(version.slice(2)))
  const older = known.filter(each => each <= minor)
  const chosen = older.length > 0 ? Math.max(...older) : Math.min(...known)
  const has = (minors: Minors): boolean => minors === undefined || minors.includes(chosen)
  return {
    version: `1.${chosen}`,
    kinds: new Map(
      raw.kinds
        .filter(({ minors }) => has(minors))
        .map(kind => [`${kind.group === '' ? '' : `${kind.group}/`}${kind.version}/${kind.kind}`, kind]),
    ),
    types: raw.types.map(([name, fields]) => ({
      name,
      fields: new Map(
        fields
          .filter(([, , , minors]) => has(minors))
          .map(([field, code, flags]) => [
            field,
            {
              name: field,
              shape: shapeOf(code),
              omitEmpty: (flags & 1) !== 0,
              isPointer: (flags & 2) !== 0,
              omitZero: (flags & 4) !== 0,
            },
          ]),
      ),
    })),
  }
}

const scalarShapes: Readonly<Record<string, Shape>> = {
  s: { kind: 'string' },
  b: { kind: 'bool' },
  i: { kind: 'int32' },
  l: { kind: 'int64' },
  n: { kind: 'number' },
  q: { kind: 'quantity' },
  x: { kind: 'intOrString' },
  t: { kind: 'time' },
  T: { kind: 'microTime' },
  y: { kind: 'bytes' },
  r: { kind: 'any' },
}

function shapeOf(code: string): Shape {
  if (code.startsWith('[')) return { kind: 'list', item: shapeOf(code.slice(1)) }
  if (code.startsWith('{')) return { kind: 'map', value: shapeOf(code.slice(1)) }
  if (code.startsWith('#')) return { kind: 'struct', type: Number(code.slice(1)) }
  const scalar = scalarShapes[code]
  if (scalar === undefined) throw new Error(`unknown type code ${code}`)
  return scalar
}
