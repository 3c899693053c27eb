import { writeFileSync } from 'node:fs'
import { failureOf, type SpecCase, specCases } from './cel-spec-suite.ts'

const PROTOBUF = 'about protobuf messages, enums and wrappers'

/** Writes the list of conformance cases that do not pass, each with its reason: `node cel-spec-exceptions.ts`. */
const failing: Record<string, string[]> = {}
for (const spec of specCases()) {
  const failure = failureOf(spec)
  if (failure === undefined) continue
  const reason = reasonOf(spec, failure)
  failing[reason] ??= []
  failing[reason].push(spec.name)
}
writeFileSync(new URL('cel-spec-exceptions.json', import.meta.url), `${JSON.stringify(failing, null, 2)}\n`)

function reasonOf(spec: SpecCase, failure: string): string {
  const { name, expr, original } = spec
  if (/^(proto|wrappers|enums|dynamic\/|proto2|proto3|proto2_ext|type_deductions\/wrappers)/u.test(name))
    return PROTOBUF
  const text = JSON.stringify(original)
  if (/TestAllTypes|google\.protobuf|NestedEnum|GlobalEnum|protobuf|NullValue/u.test(`${expr} ${text} ${failure}`))
    return PROTOBUF
  if (/^(math|block|encoders|network|bindings)_ext/u.test(name)) return 'a library that Kubernetes does not have'
  if (/^string_ext\/format/u.test(name)) return 'the API server formats numbers and nested values in a way of its own'
  if (/^string_ext/u.test(name)) return 'the API server answers -1 or the length beyond the end'
  if (failure.includes('functions of its own')) return 'declares functions for the test only'
  if (original['container'] !== undefined) return 'name containers: Kubernetes has none'
  if (/repeat_key|key_float/u.test(name)) return 'the API server takes repeated keys and keys of type double'
  if (/^optionals/u.test(name)) return 'the API server treats a field of a scalar as absent in an optional path'
  return 'runs without type checking, which the API server never does'
}
