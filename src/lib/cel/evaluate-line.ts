import { NEWEST_MINOR } from './environment.ts'
import { admissionEnvironment } from './kubernetes/admission.ts'
import { AuthorizerValue, requestResourceCheck } from './kubernetes/authorizer.ts'
import { printType, printValue } from './print.ts'
import { compile } from './program.ts'
import { CelDouble, type CelValue, int64, isInt64, unknown } from './values.ts'

/** One expression to evaluate as a policy would. */
export interface ExpressionLine {
  readonly id: string | number | null
  readonly expr: string
  readonly vars: { readonly [name: string]: CelValue }
  /** The server's version, such as `1.34`. */
  readonly target: string | undefined
}

export class LineError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

const VARIABLES = ['object', 'oldObject', 'request', 'namespaceObject', 'params']

/** Reads a line of `breakwater cel --stdin`; numbers keep whether they were written as integers. */
export function parseLine(text: string): ExpressionLine | LineError {
  let line: CelValue
  try {
    line = parseJsonValue(text)
  } catch (error) {
    return new LineError(`the line is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    return new LineError('the line is no JSON object')
  const { id, expr, vars, target } = line as { readonly [key: string]: CelValue | undefined }
  if (typeof expr !== 'string') return new LineError('`expr` is missing or no string')
  if (target !== undefined && (typeof target !== 'string' || minorOf(target) === undefined))
    return new LineError('`target` is no version such as "1.34"')
  if (vars !== undefined && (typeof vars !== 'object' || vars === null || Array.isArray(vars)))
    return new LineError('`vars` is no object')
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    expr,
    vars: (vars ?? {}) as { readonly [name: string]: CelValue },
    target,
  }
}

/** The answer to one line, as one line of JSON. */
export function evaluateLine(line: ExpressionLine): string {
  const id = `"id":${JSON.stringify(line.id)}`
  const minor = line.target === undefined ? undefined : minorOf(line.target)
  const common = {
    params: Object.hasOwn(line.vars, 'params'),
    authorizer: true,
    variables: {},
    minor: minor ?? NEWEST_MINOR,
  }
  if (minor !== undefined) {
    // What the server would not take in a write is refused, although it would evaluate it when stored.
    const judged = compile(line.expr, admissionEnvironment({ ...common, purpose: 'new' }))
    if (!judged.ok) return refusal(id, judged)
  }
  const compiled = compile(line.expr, admissionEnvironment({ ...common, purpose: 'stored' }))
  if (!compiled.ok) return refusal(id, compiled)
  const result = compiled.program.evaluate(activation(line.vars))
  switch (result.kind) {
    case 'value': {
      const { value, cost } = result
      return `{${id},"ok":true,"value":${printValue(value)},"type":${JSON.stringify(printType(value))},"cost":${cost}}`
    }
    case 'error':
      return `{${id},"ok":false,"stage":"eval","error":${JSON.stringify(result.message)}}`
    case 'unknown':
      return `{${id},"ok":false,"stage":"eval","error":${JSON.stringify(`unknown: ${result.reasons.join('; ')}`)}}`
    case 'cost':
      return `{${id},"ok":false,"stage":"cost","error":${JSON.stringify(result.message)}}`
  }
}

function refusal(
  id: string,
  { stage, error, at }: { readonly stage: string; readonly error: string; readonly at?: readonly [number, number] },
): string {
  const place = at === undefined ? '' : `,"at":[${at[0]},${at[1]}]`
  return `{${id},"ok":false,"stage":"${stage}","error":${JSON.stringify(error)}${place}}`
}

/** Variables that are not given are null, as the server has them; the authorizer cannot be asked here. */
function activation(vars: { readonly [name: string]: CelValue }): (name: string) => CelValue | undefined {
  const authorizer = new AuthorizerValue(() => unknown('no authorizer can be asked here'))
  return name => {
    if (VARIABLES.includes(name)) return Object.hasOwn(vars, name) ? vars[name] : null
    if (name === 'variables') return Object.create(null) as { readonly [key: string]: CelValue }
    if (name === 'authorizer') return authorizer
    if (name === 'authorizer.requestResource')
      return requestResourceCheck(authorizer, { group: '', resource: '', subresource: '', namespace: '', name: '' })
    return undefined
  }
}

function minorOf(target: string): number | undefined {
  const version = /^v?1\.(\d{1,3})(?:\.\d+)?$/u.exec(target)
  return version === null ? undefined : Number(version[1])
}

/** JSON as CEL sees it: `1` is an int, `1.0` and `1e0` are doubles, large integers are exact. */
export function parseJsonValue(text: string): CelValue {
  const convert = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number') return numberOf(context?.source ?? String(value))
    return value
  }
  return JSON.parse(text, convert as (key: string, value: unknown) => unknown) as CelValue
}

function numberOf(source: string): CelValue {
  if (/^-?\d+$/u.test(source)) {
    const value = BigInt(source)
    if (isInt64(value)) return int64(value)
  }
  return CelDouble.of(Number(source))
}
