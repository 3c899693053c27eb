import type { KindTable } from '../../../inventory/defaulting/index.ts'
import { positionAt } from '../../../lib/cel/ast.ts'
import { kubernetesEnvironment } from '../../../lib/cel/environment.ts'
import { estimateCost, NEWEST_MINOR, type Program, unknown } from '../../../lib/cel/index.ts'
import { AuthorizerValue } from '../../../lib/cel/kubernetes/authorizer.ts'
import type { JsonObject } from '../../../lib/json/json-value.ts'
import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import type { Policy, PolicyBinding } from '../../../model/policy.ts'
import { compileAdmissionPolicy, expressionsOf, isFailure } from '../admission/compile-admission.ts'
import { type PolicyRefusal, policyRefusals } from '../admission/policy-refusals.ts'
import type { ServedKind, ServedKinds } from '../admission/served-kinds.ts'
import type { Advice } from './advice.ts'
import { type FieldAccess, fieldAccesses, presenceOf } from './field-access.ts'
import { hintFor } from './hints.ts'
import { schemaType } from './schema-type.ts'

export interface CheckOptions {
  /** The minors that the policy is for, oldest first. */
  readonly minors: readonly number[]
  /** What each of them serves. */
  readonly kindsOf: (minor: number) => ServedKinds
  readonly maxCost: number | undefined
}

/** Sizes for which costs are estimated: what the largest of usual objects have. */
const ASSUMED_ITEMS = 100
const ASSUMED_CHARACTERS = 1_000

/** Everything there is to say about one policy. */
export function checkPolicy(object: JsonObject, policy: Policy, options: CheckOptions): readonly Advice[] {
  const newest = options.minors.at(-1) ?? NEWEST_MINOR
  const oldest = options.minors[0] ?? newest
  const advice: Advice[] = []
  const compiled = compileAdmissionPolicy(policy, { minor: newest, purpose: 'new' })
  const refusals = policyRefusals(object, compiled)
  for (const refusal of refusals) advice.push(refusalAdvice(refusal, policy, newest))
  const refusedPaths = new Set(refusals.map(({ path }) => path.join('.')))
  advice.push(...versionAdvice(object, policy, oldest, newest, refusedPaths))
  if (refusals.length > 0) return advice
  const kinds = options.kindsOf(newest)
  const matched = matchedKinds(policy, kinds)
  advice.push(...typeAdvice(policy, options, newest))
  const guards = new Set(
    compiled.conditions.flatMap(({ compiled: program }) =>
      isFailure(program)
        ? []
        : fieldAccesses(program.expr)
            .filter(access => access.isGuard)
            .map(pathKey),
    ),
  )
  for (const { path, expression } of expressionsOf(compiled)) {
    const program = expression.compiled as Program
    for (const { offset, ...entry } of accessAdvice(program, policy, matched, kinds.table, guards))
      advice.push({ ...entry, path, within: { text: program.source, at: positionAt(program.source, offset) } })
    const constant = constantValue(program)
    const isIdiom = program.source.trim() === 'false' && policy.matchConditions.length > 0
    if (constant !== undefined && path[1] !== 'variables' && !isIdiom && path.at(-1) === 'expression') {
      advice.push({
        level: 'warn',
        code: 'POLICY_DEAD_RULE',
        message: `is ${String(constant)} whatever the object is: ${deadMeaning(path[1] === 'matchConditions', constant)}`,
        next: 'compare something of the object, or remove it',
        path,
      })
    }
    const cost = estimatedCost(program)
    if (!Number.isFinite(cost)) {
      advice.push({
        level: 'info',
        code: 'CEL_COST',
        message: 'what it costs grows with the object, without a bound that can be told beforehand',
        next: undefined,
        path,
      })
      continue
    }
    const limit = options.maxCost ?? 1_000_000
    if (cost > limit) {
      advice.push({
        level: options.maxCost === undefined ? 'warn' : 'error',
        code: 'CEL_COST',
        message: `may cost ${count(cost)} for lists of ${ASSUMED_ITEMS} items and texts of ${count(ASSUMED_CHARACTERS)} characters; ${options.maxCost === undefined ? 'a server stops at' : '--max-cost is'} ${count(limit)}`,
        next: 'avoid loops inside loops: compute once in a variable what does not change, look keys up with `in`',
        path,
      })
    } else if (path[1] === 'validations' && path.at(-1) === 'expression') {
      advice.push({
        level: 'info',
        code: 'CEL_COST',
        message: `up to ${count(cost)} of 1,000,000`,
        next: undefined,
        path,
      })
    }
  }
  return advice
}

/** What the bindings of a policy do that their author may not expect. */
export function checkBinding(binding: PolicyBinding, policy: Policy | undefined): readonly Advice[] {
  if (policy === undefined) {
    return [
      {
        level: 'warn',
        code: 'POLICY_BINDING_TO_NOTHING',
        message: `policy "${binding.policyName}" is in none of the files`,
        next: 'correct spec.policyName, or name the file with the policy too',
        path: ['spec', 'policyName'],
      },
    ]
  }
  if (policy.failurePolicy === 'Ignore' || binding.validationActions.includes('Deny')) return []
  const reasons: string[] = []
  if (policy.auditAnnotations.length > 0) reasons.push('an audit annotation that fails')
  if (policy.paramKind !== undefined && binding.paramRef?.parameterNotFoundAction === 'Deny')
    reasons.push('a parameter that is not found')
  if (policy.paramKind !== undefined && reasons.length === 0) reasons.push('a parameter kind that is not installed')
  if (reasons.length === 0) return []
  return [
    {
      level: 'warn',
      code: 'POLICY_AUDIT_CAN_BLOCK',
      message: `says ${binding.validationActions.join(' and ')} only, yet ${reasons.join(' or ')} denies the request: failurePolicy is Fail`,
      next: 'set failurePolicy: Ignore in the policy, or parameterNotFoundAction: Allow in the binding',
      path: ['spec', 'validationActions'],
    },
  ]
}

function refusalAdvice({ path, code, message, at, expression }: PolicyRefusal, policy: Policy, minor: number): Advice {
  const base = { level: 'error', code, path } as const
  if (expression === undefined || at === undefined) return { ...base, message, next: refusalHint(path.at(-1), message) }
  const next = hintFor(message, expression, policy, functionNames(minor))
  return { ...base, message, next, within: { text: expression, at } }
}

function refusalHint(field: string | number | undefined, message: string): string | undefined {
  if (message.includes('both Deny and Warn')) return 'keep Deny, which shows the message as well, or Warn alone'
  if (field === 'matchConstraints' || field === 'resourceRules')
    return 'name the resources, for example resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]'
  if (message.startsWith('Required value')) return 'add the field'
  if (message.startsWith('Duplicate value')) return 'give each its own name'
  return undefined
}

function functionNames(minor: number): Iterable<string> {
  return kubernetesEnvironment({ minor }).functions.keys()
}

function versionAdvice(
  object: JsonObject,
  policy: Policy,
  oldest: number,
  newest: number,
  refused: ReadonlySet<string>,
): readonly Advice[] {
  const advice: Advice[] = []
  const lowest = compileAdmissionPolicy(policy, { minor: oldest, purpose: 'new' })
  for (const refusal of policyRefusals(object, lowest)) {
    if (refusal.expression === undefined) continue
    const isEverywhere = refused.has(refusal.path.join('.'))
    const since = firstMinor(object, policy, refusal, oldest + 1, Math.max(newest, NEWEST_MINOR + 1))
    if (since === undefined || (isEverywhere && since <= newest)) continue
    const what = /undeclared reference to '([^']+)'/.exec(refusal.message)?.[1]
    const subject = what === undefined ? 'this expression' : `${what}()`
    advice.push({
      level: 'error',
      code: 'CEL_NOT_IN_TARGET',
      message: `${subject} is accepted in new policies from 1.${since}; the oldest target is 1.${oldest}`,
      next: `raise --target to 1.${since}, or write it without ${subject}`,
      path: refusal.path,
      within: { text: refusal.expression, at: refusal.at! },
    })
  }
  return advice
}

function firstMinor(
  object: JsonObject,
  policy: Policy,
  { path }: PolicyRefusal,
  from: number,
  to: number,
): number | undefined {
  for (let minor = from; minor <= to; minor++) {
    const compiled = compileAdmissionPolicy(policy, { minor, purpose: 'new' })
    if (!policyRefusals(object, compiled).some(refusal => refusal.path.join('.') === path.join('.'))) return minor
  }
  return undefined
}

/** The kinds that the rules of a policy name, without wildcards; at most ten, as many as a server checks. */
function matchedKinds(policy: Policy, kinds: ServedKinds): readonly ServedKind[] {
  const found = new Map<string, ServedKind>()
  for (const { apiGroups, apiVersions, resources } of policy.match.resourceRules) {
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const resource of resources) {
          const kind = kinds.byResource({ group, version, resource })
          if (kind !== undefined && kind.origin === 'builtIn') found.set(`${group}/${version}/${resource}`, kind)
        }
      }
    }
  }
  return [...found.values()].slice(0, 10)
}

function typeAdvice(policy: Policy, options: CheckOptions, newest: number): readonly Advice[] {
  const advice = new Map<string, Advice & { readonly where: string[] }>()
  const tables = new Map<KindTable, ServedKinds>()
  for (const minor of options.minors) {
    const kinds = options.kindsOf(minor)
    if (!tables.has(kinds.table)) tables.set(kinds.table, kinds)
  }
  for (const kinds of tables.values()) {
    for (const kind of matchedKinds(policy, kinds)) {
      const index = kinds.table.kinds.get(
        `${kind.group === '' ? '' : `${kind.group}/`}${kind.version}/${kind.kind}`,
      )!.type
      const type = schemaType(kinds.table, index)
      const compiled = compileAdmissionPolicy(policy, { minor: newest, purpose: 'stored', objectType: type })
      for (const { path, expression } of expressionsOf(compiled)) {
        const { compiled: program, source } = expression
        if (!isFailure(program) || program.stage === 'type') continue
        const key = `${path.join('.')} ${program.message} ${program.at.join(':')}`
        const where = `${kind.kind}${tables.size > 1 ? ` of ${kinds.table.version}` : ''}`
        const known = advice.get(key)
        if (known !== undefined) {
          if (!known.where.includes(where)) known.where.push(where)
          continue
        }
        const field = /undefined field '([^']+)'/.exec(program.message)?.[1]
        advice.set(key, {
          level: 'warn',
          code: field === undefined ? 'CEL_SCHEMA_TYPE' : 'CEL_UNKNOWN_FIELD',
          message: program.message,
          next: field === undefined ? hintFor(program.message, source.text, policy, []) : fieldNext(field, kinds.table),
          path,
          within: { text: source.text, at: program.at },
          where: [where],
        })
      }
    }
  }
  return [...advice.values()].map(({ where, ...entry }) => ({
    ...entry,
    message: `${entry.message} in ${where.join(', ')}`,
  }))
}

function fieldNext(field: string, table: KindTable): string {
  const names = new Set(table.types.flatMap(type => [...type.fields.keys()]))
  const [near] = didYouMean(field, names)
  if (near !== undefined && near !== field) return `did you mean ${near}? dyn(object) switches the check off`
  return 'the field stands elsewhere, or in another kind: ask object.kind first, or write dyn(object) to switch the check off'
}

function accessAdvice(
  program: Program,
  policy: Policy,
  kinds: readonly ServedKind[],
  table: KindTable,
  guards: ReadonlySet<string>,
): readonly (Omit<Advice, 'path' | 'within'> & { readonly offset: number })[] {
  const accesses = fieldAccesses(program.expr)
  const guarded = new Set([...guards, ...accesses.filter(access => access.isGuard).map(pathKey)])
  const said = new Set<string>()
  const defaults = new Set<string>()
  const advice: (Omit<Advice, 'path' | 'within'> & { readonly offset: number })[] = []
  for (const access of accesses) {
    const key = pathKey(access)
    if (access.isGuard || guarded.has(key) || said.has(key) || access.path[0] !== 'object') continue
    const isBelowSaid = access.path.some((_, i) => said.has(access.path.slice(0, i).join('.')))
    if (isBelowSaid) continue
    const maybe = kinds.filter(kind => presenceOf(access.path, kind, table) === 'maybe')
    const name = access.path.slice(1).join('.').replaceAll('.@item', '[]')
    if (maybe.length > 0) {
      said.add(key)
      const effect =
        policy.failurePolicy === 'Fail' ? 'the policy denies by error' : 'the policy lets the object pass by error'
      advice.push({
        level: 'warn',
        code: 'CEL_UNGUARDED',
        message: `${name} may be absent${kinds.length > 1 ? ` in ${maybe.map(kind => kind.kind).join(', ')}` : ''}: ${effect}`,
        next: `ask has(...) first, or write .?${access.path.at(-1)}.orValue(...)`,
        offset: access.offset,
      })
    } else if (!defaults.has(key) && kinds.some(kind => presenceOf(access.path, kind, table) === 'byDefault')) {
      defaults.add(key)
      advice.push({
        level: 'info',
        code: 'POLICY_RESTS_ON_DEFAULT',
        message: `${name} is written by the server's defaulting where the author left it out`,
        next: undefined,
        offset: access.offset,
      })
    }
  }
  return advice
}

function pathKey({ path }: FieldAccess): string {
  return path.join('.')
}

/** The value of an expression that depends on nothing. */
function constantValue(program: Program): boolean | undefined {
  const open = unknown('anything')
  const authorizer = new AuthorizerValue(() => open)
  const result = program.evaluate(name => (name === 'authorizer' ? authorizer : open))
  return result.kind === 'value' && typeof result.value === 'boolean' ? result.value : undefined
}

function deadMeaning(isCondition: boolean, value: boolean): string {
  if (isCondition) return value ? 'the condition leaves nothing out' : 'the policy never applies'
  return value ? 'it denies nothing' : 'it denies everything that matches'
}

function estimatedCost(program: Program): number {
  return estimateCost(program.expr, program.checked, (_, type) => {
    if (type.kind === 'list' || type.kind === 'map') return { min: 0, max: ASSUMED_ITEMS }
    return { min: 0, max: type.kind === 'dyn' ? ASSUMED_ITEMS : ASSUMED_CHARACTERS }
  }).max
}

function count(value: number): string {
  return Math.ceil(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}
