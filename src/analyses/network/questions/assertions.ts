import { joinFunctions, member } from '../../../lib/cel/functions.ts'
import {
  type Activation,
  BOOL,
  CelMap,
  CelObject,
  type CelType,
  compile,
  DYN,
  type Environment,
  INT,
  kubernetesEnvironment,
  objectType,
  type Program,
  STRING,
  withVariables,
} from '../../../lib/cel/index.ts'
import type { CelValue } from '../../../lib/cel/values.ts'
import type { JsonValue } from '../../../lib/json/json-value.ts'
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { IpFamily } from '../../../model/network.ts'
import type { Expression, Policy, Position } from '../../../model/policy.ts'
import { type End, endLabel } from './ends.ts'
import { externalRows } from './list.ts'
import { between, type NetworkView } from './network-view.ts'
import type { OpenPorts, PortList } from './open-ports.ts'

/** The annotation of an AuditPolicy that is asked about connections. */
export const evaluateAnnotation = 'breakwater.io/evaluate'

/** What assertions say of one pair of ends. */
export interface AssertionFailure {
  readonly policy: string
  /** From 0. */
  readonly validation: number
  readonly message: string
  /** `unknown`: whether it holds depends on what is not known. */
  readonly verdict: 'fail' | 'unknown'
  readonly src: End
  readonly dst: End
  readonly connection: OpenPorts
  readonly file: string
  readonly at: Position
}

export interface AssertionResult {
  readonly failures: readonly AssertionFailure[]
  /** Pairs that were asked about, for each assertion. */
  readonly pairs: number
  readonly assertions: number
  /** What is wrong with the assertions themselves. */
  readonly diagnostics: readonly Diagnostic[]
}

interface Assertion {
  readonly policy: Policy
  readonly validation: number
  readonly conditions: readonly Program[]
  readonly variables: readonly (readonly [name: string, program: Program])[]
  readonly program: Program
  readonly message: Program | undefined
}

const CONNECTION = objectType('breakwater.Connection')

/** The `conn` of expressions. */
class ConnectionValue extends CelObject {
  readonly ports: PortList

  constructor(ports: PortList) {
    super()
    this.ports = ports
  }

  get type(): CelType {
    return CONNECTION
  }
}

/**
 * Asks every assertion about every ordered pair of different workloads, and about every workload with each range
 * outside, in both directions. `conn.allows('TCP', 5432)` is about the port of the pods, `conn.any()` about any.
 * An assertion that fails only for what may be open is unknown.
 */
export function checkAssertions(
  view: NetworkView,
  policies: readonly Policy[],
  families: readonly IpFamily[],
): AssertionResult {
  const diagnostics: Diagnostic[] = []
  const assertions = policies.flatMap(policy => compiled(policy, diagnostics))
  const failures: AssertionFailure[] = []
  let pairs = 0
  const values = new Map<End, JsonValue>()
  const valueFor = (end: End): JsonValue => {
    const known = values.get(end) ?? endValue(end, view)
    if (end.kind === 'workload') values.set(end, known)
    return known
  }
  const ask = (src: End, dst: End, connection: OpenPorts): void => {
    pairs++
    const [from, to] = [valueFor(src), valueFor(dst)]
    for (const assertion of assertions) {
      const certain = answerOf(assertion, from, to, connection.must)
      const isSame = connection.must === connection.may
      const possible = isSame ? certain : answerOf(assertion, from, to, connection.may)
      if (certain === true && possible === true) continue
      const { policy, validation } = assertion
      failures.push({
        policy: policy.name,
        validation,
        message: messageOf(
          assertion,
          from,
          to,
          connection.may,
          typeof certain === 'string' ? certain : typeof possible === 'string' ? possible : undefined,
        ),
        verdict: certain === false && possible === false ? 'fail' : 'unknown',
        src,
        dst,
        connection,
        file: policy.file,
        at: policy.validations[validation]!.expression.at,
      })
    }
  }
  if (assertions.length > 0) {
    for (const src of view.workloads) {
      for (const dst of view.workloads)
        if (src !== dst) ask(src, dst, between(view.engine, src.peers, dst.peers).connection)
      for (const direction of ['out', 'in'] as const)
        for (const row of externalRows(view.engine, src, direction, { families, bound: 'may' }))
          ask(row.src, row.dst, row.connection)
    }
  }
  return { failures, pairs, assertions: assertions.length, diagnostics }
}

function compiled(policy: Policy, diagnostics: Diagnostic[]): readonly Assertion[] {
  let isBroken = false
  const program = (expression: Expression): Program | undefined => {
    const result = compile(expression.text, environment)
    if (result.ok) return result.program
    const { line, column } = expression.at
    const message = `${policy.name}: ${result.error}`
    diagnostics.push({ level: 'error', code: 'CEL_INVALID', message, file: policy.file, line, column })
    isBroken = true
    return undefined
  }
  const conditions = policy.matchConditions.flatMap(condition => program(condition) ?? [])
  const variables = policy.variables.flatMap(variable => {
    const found = program(variable)
    return found === undefined ? [] : [[variable.name, found] as const]
  })
  const assertions = policy.validations.flatMap((validation, index): Assertion[] => {
    const { expression, messageExpression } = validation
    const own = program(expression)
    const message = messageExpression === undefined ? undefined : program(messageExpression)
    return own === undefined ? [] : [{ policy, validation: index, conditions, variables, program: own, message }]
  })
  return isBroken ? [] : assertions
}

/** True or false; a text where the expression gives neither. A pair that a condition leaves out is in order. */
function answerOf(assertion: Assertion, src: JsonValue, dst: JsonValue, ports: PortList): boolean | string {
  const activation = activationOf(assertion, src, dst, ports)
  for (const condition of assertion.conditions) {
    const holds = truthOf(condition, activation)
    if (holds !== true) return holds === false ? true : holds
  }
  return truthOf(assertion.program, activation)
}

function truthOf(program: Program, activation: Activation): boolean | string {
  const outcome = program.evaluate(activation)
  if (outcome.kind === 'value' && typeof outcome.value === 'boolean') return outcome.value
  if (outcome.kind === 'value') return 'the expression gives no true or false'
  return outcome.kind === 'unknown' ? outcome.reasons.join(', ') : outcome.message
}

function activationOf({ variables }: Assertion, src: JsonValue, dst: JsonValue, ports: PortList): Activation {
  const given: Record<string, CelValue> = { src, dst, conn: new ConnectionValue(ports) }
  const computed = new Map<string, readonly [CelValue, CelValue]>()
  const activation: Activation = name => (name === 'variables' ? new CelMap(computed) : given[name])
  for (const [name, program] of variables) {
    const outcome = program.evaluate(activation)
    if (outcome.kind === 'value') computed.set(name, [name, outcome.value])
  }
  return activation
}

function messageOf(
  assertion: Assertion,
  src: JsonValue,
  dst: JsonValue,
  ports: PortList,
  problem: string | undefined,
): string {
  if (problem !== undefined) return problem
  const { policy, validation, message } = assertion
  const outcome = message?.evaluate(activationOf(assertion, src, dst, ports))
  if (outcome?.kind === 'value' && typeof outcome.value === 'string') return outcome.value
  const { message: text, expression } = policy.validations[validation]!
  return text === '' ? `failed: ${expression.text.trim()}` : text
}

function endValue(end: End, view: NetworkView): JsonValue {
  if (end.kind !== 'workload') {
    const cidr = end.kind === 'external' ? `${end.range.from}-${end.range.to}` : ''
    return {
      external: true,
      namespace: '',
      namespaceLabels: {},
      labels: {},
      workload: '',
      kind: '',
      cidr,
      name: endLabel(end),
    }
  }
  const { workload, pods } = end
  const labels = view.facts.namespaces.find(({ name }) => name === workload.namespace)?.labels ?? {}
  return {
    external: false,
    namespace: workload.namespace,
    namespaceLabels: { ...labels, 'kubernetes.io/metadata.name': workload.namespace },
    labels: { ...pods[0]!.labels },
    workload: workload.name,
    kind: workload.kind,
    cidr: '',
    name: endLabel(end),
  }
}

const environment: Environment = assertionEnvironment()

function assertionEnvironment(): Environment {
  const base = withVariables(kubernetesEnvironment(), { src: DYN, dst: DYN, conn: CONNECTION, variables: DYN })
  const library = {
    name: 'connections',
    functions: [
      {
        name: 'allows',
        overloads: [
          member('connection_allows', [CONNECTION, STRING, INT], BOOL, (conn, protocol, port) =>
            has(conn, protocol as string, Number(port)),
          ),
        ],
      },
      {
        name: 'any',
        overloads: [member('connection_any', [CONNECTION], BOOL, conn => !(conn as ConnectionValue).ports.isEmpty)],
      },
    ],
  }
  return { ...base, functions: new Map([...base.functions, ...joinFunctions([library])]) }
}

function has(conn: CelValue, protocol: string, port: number): boolean {
  const ranges = (conn as ConnectionValue).ports.ranges
  const own = Object.hasOwn(ranges, protocol) ? ranges[protocol as keyof typeof ranges] : []
  return own.some(([from, to]) => from <= port && port <= to)
}
