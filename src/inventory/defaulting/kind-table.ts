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

interface RawTable {
  readonly version: string
  readonly kinds: readonly BuiltInKind[]
  readonly types: readonly (readonly [string, readonly (readonly [string, string, number])[]])[]
}

/** Reads a `data/kubernetes-types-1.NN.json` file that was parsed as JSON. */
export function kindTable(json: JsonValue): KindTable {
  // The file is our own and its form is fixed by the generator, whose test compares both.
  const raw = json as unknown as RawTable
  return {
    version: raw.version,
    kinds: new Map(
      raw.kinds.map(kind => [`${kind.group === '' ? '' : `${kind.group}/`}${kind.version}/${kind.kind}`, kind]),
    ),
    types: raw.types.map(([name, fields]) => ({
      name,
      fields: new Map(
        fields.map(([field, code, flags]) => [
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
