import { type Expr, walk } from '../../lib/cel/ast.ts'
import type { Environment } from '../../lib/cel/environment.ts'
import { parse } from '../../lib/cel/parser.ts'
import type { PortableExpression } from '../../lib/cel/portable.ts'
import type { MakeFunction } from '../../lib/cel/program.ts'
import { type CelType, DYN } from '../../lib/cel/types.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Expression, Policy, Validation } from '../../model/policy.ts'
import { policyEnvironment, withPolicyVariables } from './environment.ts'
import { type CompiledExpression, compileText, type ExpressionError, preparedExpression } from './expression.ts'
import { type Matcher, matcherOf } from './match.ts'
import { isPrelude, isPreludeText, type PreludeName } from './prelude.ts'
import type { PreparedExpressions, PreparedPolicy } from './prepared.ts'

/** A policy whose expressions are compiled when they are first needed. */
export interface CompiledPolicy {
  readonly policy: Policy
  readonly matcher: Matcher
  readonly environment: Environment
  /** The environment without the policy's variables: enough to parse its expressions. */
  readonly syntax: Environment
  readonly makeFunction: MakeFunction | undefined
  readonly conditions: readonly Lazy[]
  readonly variables: ReadonlyMap<string, CompiledVariable>
  readonly validations: readonly CompiledValidation[]
  /** True where the rule reads the pod through the prelude: it then also holds for custom kinds that carry one. */
  readonly readsPod: boolean
  /** True where other objects of the scan take part in the answer. */
  readonly looksAround: boolean
}

export interface CompiledVariable {
  readonly name: string
  readonly index: number
  readonly prelude: PreludeName | undefined
  readonly expression: Lazy
}

export interface CompiledValidation {
  readonly validation: Validation
  readonly expression: Lazy
  readonly message: Lazy | undefined
}

/** The expression as the build prepared it; `undefined` where it did not. */
type PrepareExpression = (lazy: Lazy) => CompiledExpression | undefined

/** An expression that is compiled on first use and keeps its error. */
export class Lazy {
  readonly source: Expression
  readonly environment: () => Environment
  private readonly makeFunction: MakeFunction | undefined
  private readonly prepared: PrepareExpression
  private compiled: CompiledExpression | ExpressionError | undefined

  constructor(
    source: Expression,
    environment: () => Environment,
    makeFunction: MakeFunction | undefined,
    prepared: PrepareExpression,
  ) {
    this.source = source
    this.makeFunction = makeFunction
    this.environment = environment
    this.prepared = prepared
  }

  get(): CompiledExpression | ExpressionError {
    this.compiled ??= this.prepared(this) ?? compileText(this.source.text, this.environment(), this.makeFunction)
    return this.compiled
  }

  /** The type of the value; dyn where the expression is none. */
  type(): CelType {
    const compiled = this.get()
    return 'error' in compiled ? DYN : compiled.type
  }
}

export interface CompileOptions {
  readonly minor: number | undefined
  /** `(...a) => new Function(...a)` where code may be generated; everything runs on closures without it. */
  readonly makeFunction: MakeFunction | undefined
  /** What the build prepared of policies that ship, for this very minor. */
  readonly prepared?: PreparedExpressions | undefined
}

export function compilePolicy(policy: Policy, options: CompileOptions): CompiledPolicy {
  const { makeFunction, prepared } = options
  const base = policyEnvironment({
    minor: options.minor,
    hasParams: policy.paramKind !== undefined,
    inventory: policy.kind === 'AuditPolicy',
  })
  let own: PreparedPolicy | undefined
  const ready =
    (of: (prepared: PreparedExpressions) => PortableExpression | null | undefined): PrepareExpression =>
    ({ source, environment }) => {
      const portable = prepared === undefined ? undefined : of(prepared)
      if (portable === undefined || portable === null) return undefined
      return preparedExpression(source.text, portable, environment, base, makeFunction)
    }
  const readyIn = (list: keyof PreparedPolicy, index: number): PrepareExpression =>
    ready(expressions => {
      own ??= expressions.of(policy) ?? unprepared
      return own[list][index]
    })
  const variables = new Map<string, CompiledVariable>()
  // A variable sees the ones before it, everything else sees all of them. Those of the prelude are dyn without asking.
  const seen = (count: number): Environment => {
    const declared: Record<string, CelType> = {}
    let i = 0
    for (const variable of variables.values()) {
      if (i++ >= count) break
      declared[variable.name] = variable.prelude === undefined ? variable.expression.type() : DYN
    }
    return withPolicyVariables(base, declared)
  }
  policy.variables.forEach((source, index) => {
    const expression = new Lazy(source, () => seen(index), makeFunction, readyIn('variables', index))
    variables.set(source.name, {
      name: source.name,
      index,
      prelude: preludeOf(source.name, source.text, base),
      expression,
    })
  })
  let full: Environment | undefined
  const environment = (): Environment => {
    full ??= seen(variables.size)
    return full
  }
  const validations = policy.validations.map((validation, index) => ({
    validation,
    expression: new Lazy(validation.expression, environment, makeFunction, readyIn('validations', index)),
    message:
      validation.messageExpression === undefined
        ? undefined
        : new Lazy(validation.messageExpression, environment, makeFunction, readyIn('messages', index)),
  }))
  return {
    policy,
    syntax: base,
    makeFunction,
    matcher: matcherOf(policy.match),
    get environment() {
      return environment()
    },
    conditions: policy.matchConditions.map(
      source =>
        new Lazy(
          source,
          () => base,
          makeFunction,
          ready(expressions => expressions.condition(source.text)),
        ),
    ),
    variables,
    validations,
    readsPod: [...variables.values()].some(
      variable => variable.prelude === 'podSpec' || variable.prelude === 'podMeta',
    ),
    looksAround: mentions(policy, 'inventory', base) || mentions(policy, 'namespaceObject', base),
  }
}

const unprepared: PreparedPolicy = { variables: [], validations: [], messages: [] }

/** What is wrong with the expressions of a policy, with their places in its file. Compiles all of them. */
export function expressionErrors(compiled: CompiledPolicy): readonly Diagnostic[] {
  const all = [
    ...compiled.conditions,
    ...[...compiled.variables.values()].map(variable => variable.expression),
    ...compiled.validations.flatMap(({ expression, message }) =>
      message === undefined ? [expression] : [expression, message],
    ),
  ]
  return all.flatMap(lazy => {
    const result = lazy.get()
    if (!('error' in result)) return []
    const { line, column } = lazy.source.at
    const message = `${result.error} (line ${result.at[0]}, column ${result.at[1]} of the expression)`
    return [{ level: 'error', code: 'CEL_INVALID', message, file: compiled.policy.file, line, column } as const]
  })
}

function preludeOf(name: string, text: string, environment: Environment): PreludeName | undefined {
  if (isPreludeText(name, text)) return name
  if (!preludeNames.has(name)) return undefined
  const parsed = parse(text, environment)
  return parsed.ok && isPrelude(name, parsed.expr) ? name : undefined
}

const preludeNames = new Set(['o', 'template', 'podSpec', 'podMeta', 'containers'])

// A word in the text is enough to be careful, and then the tree is asked.
function mentions(policy: Policy, name: string, syntax: Environment): boolean {
  const sources = [
    ...policy.variables,
    ...policy.validations.flatMap(({ expression, messageExpression }) => [expression, messageExpression]),
  ]
  return sources.some(source => {
    if (source === undefined || !source.text.includes(name)) return false
    const parsed = parse(source.text, syntax)
    return parsed.ok && identifiers(parsed.expr).has(name)
  })
}

function identifiers(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>()
  walk(expr, node => {
    if (node.kind === 'ident') names.add(node.name)
  })
  return names
}
