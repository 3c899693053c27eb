import {
  admissionEnvironment,
  type CelType,
  type CompileResult,
  compile,
  DYN,
  type Environment,
  formatType,
  listType,
  mapType,
  NEWEST_MINOR,
  type Program,
  withVariables,
} from '../../../lib/cel/index.ts'
import { variablesType } from '../../../lib/cel/kubernetes/admission.ts'
import { BOOL, isExactType, NULL, STRING } from '../../../lib/cel/types.ts'
import type { Expression, NamedExpression, Policy, Validation } from '../../../model/policy.ts'
import { type Matcher, matcherOf } from '../match.ts'

/** An expression as the server keeps it: a program, or the text of why there is none. */
export interface AdmissionExpression {
  readonly source: Expression
  readonly compiled: Program | CompileFailure
}

export interface CompileFailure {
  /** `compilation failed: ERROR: <input>:1:1: …`, or that the type is a wrong one. */
  readonly failure: string
  /** The message alone. */
  readonly message: string
  readonly stage: 'parse' | 'check' | 'type'
  /** Line and column inside the expression, from 1. */
  readonly at: readonly [line: number, column: number]
}

export interface AdmissionVariable extends AdmissionExpression {
  readonly name: string
}

/** A policy with every expression compiled as an API server compiles it. */
export interface AdmissionPolicy {
  readonly policy: Policy
  readonly matcher: Matcher
  readonly conditions: readonly AdmissionExpression[]
  readonly variables: readonly AdmissionVariable[]
  readonly validations: readonly AdmissionExpression[]
  /** By validation; `undefined` where one has no messageExpression. */
  readonly messages: readonly (AdmissionExpression | undefined)[]
  readonly annotations: readonly AdmissionExpression[]
}

export interface AdmissionCompileOptions {
  /** Minor version of the server. */
  readonly minor?: number
  /** `new` judges as the server judges a write, `stored` as it evaluates. */
  readonly purpose: 'new' | 'stored'
  /** The type of `object` and `oldObject` where a schema is checked; a server itself leaves them open. */
  readonly objectType?: CelType
}

/** Compiles all expressions of a policy. Refusals are part of the result. */
export function compileAdmissionPolicy(policy: Policy, options: AdmissionCompileOptions): AdmissionPolicy {
  const minor = options.minor ?? NEWEST_MINOR
  const params = policy.paramKind !== undefined
  const { objectType } = options
  const typed = (environment: Environment): Environment =>
    objectType === undefined ? environment : withVariables(environment, { object: objectType, oldObject: objectType })
  const withAuthorizer = typed(environmentFor(minor, options.purpose, params, true))
  const withoutAuthorizer = typed(environmentFor(minor, options.purpose, params, false))
  const declared: Record<string, CelType> = Object.create(null) as Record<string, CelType>
  const variables: AdmissionVariable[] = []
  // Only a policy with variables has `variables`.
  const seen = (base: Environment): Environment =>
    policy.variables.length === 0 && options.purpose === 'new'
      ? base
      : withVariables(base, { variables: variablesType({ ...declared }) })
  for (const source of policy.variables) {
    const compiled = compileAs(source, seen(withAuthorizer), anyType)
    declared[source.name] = 'failure' in compiled ? DYN : declaredType(compiled.outputType)
    variables.push({ name: source.name, source, compiled })
  }
  const full = seen(withAuthorizer)
  const messageEnvironment = seen(withoutAuthorizer)
  const expression = (
    source: Expression,
    environment: Environment,
    types: readonly CelType[],
  ): AdmissionExpression => ({
    source,
    compiled: compileAs(source, environment, types),
  })
  return {
    policy,
    matcher: matcherOf(policy.match),
    // Match conditions are judged without the variables of the policy.
    conditions: policy.matchConditions.map(source => expression(source, withAuthorizer, [BOOL])),
    variables,
    validations: policy.validations.map(validation => expression(validation.expression, full, [BOOL])),
    messages: policy.validations.map(({ messageExpression }: Validation) =>
      messageExpression === undefined ? undefined : expression(messageExpression, messageEnvironment, [STRING]),
    ),
    annotations: policy.auditAnnotations.map(({ valueExpression }) =>
      expression(valueExpression, full, [STRING, NULL]),
    ),
  }
}

/** Every expression of a policy with the path of its field. */
export function expressionsOf(
  compiled: AdmissionPolicy,
): readonly { readonly path: readonly (string | number)[]; readonly expression: AdmissionExpression }[] {
  const { policy } = compiled
  const at = (field: string, index: number, name: string): readonly (string | number)[] => ['spec', field, index, name]
  return [
    ...compiled.conditions.map((expression, i) => ({ path: at('matchConditions', i, 'expression'), expression })),
    ...compiled.variables.map((expression, i) => ({ path: at('variables', i, 'expression'), expression })),
    ...policy.validations.flatMap((_, i) => {
      const message = compiled.messages[i]
      const validation = { path: at('validations', i, 'expression'), expression: compiled.validations[i]! }
      if (message === undefined) return [validation]
      return [validation, { path: at('validations', i, 'messageExpression'), expression: message }]
    }),
    ...compiled.annotations.map((expression, i) => ({
      path: at('auditAnnotations', i, 'valueExpression'),
      expression,
    })),
  ]
}

export function isFailure(compiled: Program | CompileFailure): compiled is CompileFailure {
  return 'failure' in compiled
}

const anyType: readonly CelType[] = []

function compileAs(
  source: Expression | NamedExpression,
  environment: Environment,
  types: readonly CelType[],
): Program | CompileFailure {
  const result: CompileResult = compile(source.text, environment)
  if (!result.ok) {
    const at = result.at ?? [1, 1]
    return {
      failure: `compilation failed: ${withSnippet(source.text, result.error, at)}`,
      message: result.error,
      stage: result.stage,
      at,
    }
  }
  const { outputType } = result.program
  if (types.length === 0 || types.some(type => isExactType(outputType, type))) return result.program
  const wanted = types.length === 1 ? formatType(types[0]!) : `one of [${types.map(runtimeName).join(' ')}]`
  const message = `must evaluate to ${wanted} but got ${formatType(outputType)}`
  return { failure: message, message, stage: 'type', at: [1, 1] }
}

function runtimeName(type: CelType): string {
  return type.name
}

/** The message as the server prints it: with the line it is about and an arrow under the column. */
function withSnippet(text: string, message: string, [line, column]: readonly [number, number]): string {
  const source = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
  return `ERROR: <input>:${line}:${column}: ${message}\n | ${source}\n | ${'.'.repeat(Math.max(0, column - 1))}^`
}

const environments = new Map<string, Environment>()

// The same few for all policies; making one joins a few hundred functions.
function environmentFor(minor: number, purpose: 'new' | 'stored', params: boolean, authorizer: boolean): Environment {
  const key = `${minor} ${purpose} ${params} ${authorizer}`
  let environment = environments.get(key)
  if (environment === undefined) {
    environment = admissionEnvironment({ minor, purpose, params, authorizer })
    environments.set(key, environment)
  }
  return environment
}

/** The type under which a variable is declared to the expressions after it: only scalars, lists and maps are kept. */
function declaredType(type: CelType): CelType {
  switch (type.kind) {
    case 'any':
    case 'bool':
    case 'bytes':
    case 'double':
    case 'duration':
    case 'int':
    case 'null':
    case 'string':
    case 'timestamp':
    case 'uint':
      return type
    case 'list':
      return listType(type.parameters[0] === undefined ? DYN : declaredType(type.parameters[0]))
    case 'map':
      return mapType(
        type.parameters[0] === undefined ? DYN : declaredType(type.parameters[0]),
        type.parameters[1] === undefined ? DYN : declaredType(type.parameters[1]),
      )
    default:
      return DYN
  }
}
