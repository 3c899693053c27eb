import { tests } from '@bufbuild/cel-spec/testdata/conformance.js'
import { environmentOf } from '../../../src/lib/cel/environment.ts'
import { EXTENDED_LISTS } from '../../../src/lib/cel/ext/lists.ts'
import { OPTIONAL_LISTS, OPTIONALS } from '../../../src/lib/cel/ext/optionals.ts'
import { SETS } from '../../../src/lib/cel/ext/sets.ts'
import { STRING_FORMATTING, STRING_FUNCTIONS, STRING_REVERSE } from '../../../src/lib/cel/ext/strings.ts'
import { TWO_VARIABLES } from '../../../src/lib/cel/ext/two-variables.ts'
import {
  BOOL,
  BYTES,
  CelDouble,
  CelDuration,
  CelMap,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  compile,
  DOUBLE,
  DURATION,
  DYN,
  type Environment,
  type Evaluation,
  INT,
  isEqual,
  listType,
  mapType,
  NULL,
  optionalType,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from '../../../src/lib/cel/index.ts'
import { CONVERSIONS } from '../../../src/lib/cel/stdlib/conversions.ts'
import { MEMBERS } from '../../../src/lib/cel/stdlib/members.ts'
import { OPERATORS } from '../../../src/lib/cel/stdlib/operators.ts'
import { parseDuration, parseTimestamp } from '../../../src/lib/cel/stdlib/time.ts'
import { mapKey } from '../../../src/lib/cel/values.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }

export interface SpecCase {
  readonly name: string
  readonly expr: string
  readonly original: { readonly [key: string]: Json | undefined }
}

/** Every test of the language's conformance data, named by its path. */
export function specCases(): SpecCase[] {
  const cases: SpecCase[] = []
  const visit = (suite: typeof tests, path: string): void => {
    for (const test of suite.tests ?? []) {
      const original = test.original as unknown as SpecCase['original']
      cases.push({
        name: `${path}/${String(original['name'] ?? test.original.expr)}`,
        expr: test.original.expr,
        original,
      })
    }
    for (const inner of suite.suites ?? []) visit(inner, path === '' ? inner.name : `${path}/${inner.name}`)
  }
  visit(tests, '')
  return cases
}

/** `undefined` if the case passes, else what went wrong. */
export function failureOf(spec: SpecCase): string | undefined {
  const { original } = spec
  const environment = environmentFor(original)
  if (typeof environment === 'string') return environment
  const compiled = compile(spec.expr, environment)
  if (original['evalError'] !== undefined || original['anyEvalErrors'] !== undefined) {
    if (!compiled.ok) return undefined
    const result = compiled.program.evaluate(bindings(original))
    return result.kind === 'error' ? undefined : `expected an error, got ${shown(result)}`
  }
  if (!compiled.ok) return `${compiled.stage}: ${compiled.error}`
  if (original['checkOnly'] === true) return undefined
  const result = compiled.program.evaluate(bindings(original), Number.MAX_SAFE_INTEGER)
  if (result.kind !== 'value') return shown(result)
  const typed = original['typedResult'] as { readonly result?: Json } | undefined
  const wanted = original['value'] ?? typed?.result
  if (wanted === undefined) return result.value === true ? undefined : `expected true, got ${shown(result)}`
  const expected = specValue(wanted)
  if (isSame(result.value, expected)) return undefined
  return `expected ${JSON.stringify(wanted)}, got ${shown(result)}`
}

function shown(result: Evaluation): string {
  if (result.kind !== 'value') return JSON.stringify(result)
  return JSON.stringify(result.value, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? ''
}

/** Equal and of the same type; NaN equals itself here. */
function isSame(a: CelValue, b: CelValue): boolean {
  if (typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b)) return true
  return typeOf(a).name === typeOf(b).name && isEqual(a, b)
}

function environmentFor(original: SpecCase['original']): Environment | string {
  const variables: Record<string, CelType> = {}
  for (const declared of (original['typeEnv'] ?? []) as { name: string; ident?: { type?: Json }; function?: Json }[]) {
    if (declared.ident === undefined) return 'declares functions of its own'
    const type = typeFrom(declared.ident.type ?? {})
    if (typeof type === 'string') return type
    variables[declared.name] = type
  }
  for (const name of Object.keys((original['bindings'] ?? {}) as object)) variables[name] ??= DYN
  const strings = { name: 'strings.reverse', functions: [STRING_REVERSE] }
  const libraries = [OPERATORS, CONVERSIONS, MEMBERS, STRING_FUNCTIONS, STRING_FORMATTING, strings]
  return environmentOf([...libraries, OPTIONALS, OPTIONAL_LISTS, SETS, TWO_VARIABLES, EXTENDED_LISTS], {
    variables,
    types: [],
    constructible: new Set(),
    macros: { optionals: true, twoVariables: true, sortBy: true, bind: true },
    optionalSyntax: true,
    escapedFields: true,
    mixedLiterals: true,
    uniformLiterals: false,
    lenientOr: false,
    validateLiterals: false,
    fold: false,
    extendedLists: true,
  })
}

function typeFrom(json: Json): CelType | string {
  const type = json as { [key: string]: Json | undefined }
  const primitive = { BOOL, INT64: INT, UINT64: UINT, DOUBLE, STRING, BYTES }[String(type['primitive'])]
  if (primitive !== undefined) return primitive
  const wellKnown = { DURATION, TIMESTAMP, ANY: DYN }[String(type['wellKnown'])]
  if (wellKnown !== undefined) return wellKnown
  if ('null' in type) return NULL
  if ('dyn' in type) return DYN
  const list = type['listType'] as { elemType?: Json } | undefined
  if (list !== undefined) return combine([list.elemType ?? { dyn: {} }], ([element]) => listType(element!))
  const map = type['mapType'] as { keyType?: Json; valueType?: Json } | undefined
  if (map !== undefined)
    return combine([map.keyType ?? { dyn: {} }, map.valueType ?? { dyn: {} }], ([key, value]) => mapType(key!, value!))
  const abstract = type['abstractType'] as { name?: string; parameterTypes?: Json[] } | undefined
  if (abstract?.name === 'optional_type')
    return combine([abstract.parameterTypes?.[0] ?? { dyn: {} }], ([value]) => optionalType(value!))
  return 'needs a protobuf type'
}

function combine(parts: readonly Json[], make: (types: readonly CelType[]) => CelType): CelType | string {
  const types = parts.map(typeFrom)
  const failed = types.find(type => typeof type === 'string')
  return typeof failed === 'string' ? failed : make(types as CelType[])
}

function bindings(original: SpecCase['original']): Record<string, CelValue> {
  const values: Record<string, CelValue> = {}
  for (const [name, bound] of Object.entries((original['bindings'] ?? {}) as Record<string, { value?: Json }>))
    values[name] = specValue(bound.value ?? {})
  return values
}

/** A `cel.expr.Value` in its JSON form. */
function specValue(json: Json): CelValue {
  const value = json as { [key: string]: Json | undefined }
  if ('nullValue' in value) return null
  if ('boolValue' in value) return value['boolValue'] as boolean
  if ('int64Value' in value) return intOf(String(value['int64Value']))
  if ('uint64Value' in value) return new CelUint(BigInt(String(value['uint64Value'])))
  if ('doubleValue' in value) return CelDouble.of(Number(value['doubleValue']))
  if ('stringValue' in value) return value['stringValue'] as string
  if ('bytesValue' in value) return new Uint8Array(Buffer.from(String(value['bytesValue']), 'base64'))
  if ('typeValue' in value) return new CelType('opaque', String(value['typeValue']))
  if ('listValue' in value) return ((value['listValue'] as { values?: Json[] }).values ?? []).map(specValue)
  if ('mapValue' in value)
    return mapOf((value['mapValue'] as { entries?: { key?: Json; value?: Json }[] }).entries ?? [])
  return objectOf(value['objectValue'])
}

function intOf(text: string): CelValue {
  const value = BigInt(text)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function mapOf(entries: readonly { key?: Json; value?: Json }[]): CelValue {
  const pairs = entries.map(entry => [specValue(entry.key ?? {}), specValue(entry.value ?? {})] as const)
  if (pairs.every(([key]) => typeof key === 'string')) return Object.fromEntries(pairs as [string, CelValue][])
  return new CelMap(new Map(pairs.map(pair => [mapKey(pair[0]), pair])))
}

function objectOf(json: Json | undefined): CelValue {
  const any = json as { '@type'?: string; value?: Json } | undefined
  const type = any?.['@type']?.replace('type.googleapis.com/', '')
  if (type === 'google.protobuf.Duration') return new CelDuration(parseDuration(String(any?.value)) ?? 0n)
  if (type === 'google.protobuf.Timestamp')
    return (parseTimestamp(String(any?.value)) ?? new CelTimestamp(0n)) as CelValue
  return `a protobuf message ${String(type)}`
}
