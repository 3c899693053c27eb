import { readFileSync } from 'node:fs'
import { apiLifecycle } from '../../adapters/fs/api-lifecycle-table.ts'
import { findInputs } from '../../adapters/fs/inputs.ts'
import { kindTableOf } from '../../adapters/fs/kind-tables.ts'
import { policyFileDocuments } from '../../adapters/fs/shipped-policies.ts'
import {
  chooseRules,
  type GivenParameter,
  loadRules,
  nativeChecks,
  type ParameterData,
  type PolicyPlan,
  parameterText,
  planPolicies,
  type RuleSet,
} from '../../analyses/policy/index.ts'
import { type PodPaths, podPathsWith } from '../../inventory/pod-paths.ts'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RuleMeta } from '../../model/rule.ts'
import { UserError } from '../user-error.ts'
import type { ScanRequest } from './scan-request.ts'
import { shippedExpressions, shippedRules } from './shipped-rules.ts'

export interface ScanPlan {
  readonly plan: PolicyPlan
  /** The chosen rules that need more than one object, by the domain that answers them. */
  readonly snapshotRules: ReadonlyMap<string, readonly RuleMeta[]>
  /** What is wrong with the user's own policies. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Chooses and prepares the rules of a run. A rule or pack that does not exist is an error with the nearest name. */
export function scanPlan(request: ScanRequest): ScanPlan {
  const shipped = shippedRules()
  const own = request.policies.length === 0 ? undefined : ownRules(request.policies)
  const metas = new Map([...shipped.metas, ...(own?.metas ?? [])])
  const known = (id: string) => metas.has(id.replace(/\.\d+$/, ''))
  for (const id of [...request.rules, ...Object.keys(request.severities)])
    if (!known(id)) throw unknownRule(id, [...metas.keys()])

  const packs = request.packs.map(
    name =>
      shipped.packs.get(name) ??
      own?.packs.get(name) ??
      unknownPack(name, [...shipped.packs.keys(), ...(own?.packs.keys() ?? [])]),
  )
  const choice = chooseRules(shipped, packs, request.pssVersion)
  const severities = new Map(choice.severities)
  const off = new Set<string>()
  for (const [id, severity] of Object.entries(request.severities)) {
    if (severity === 'off') off.add(id)
    else {
      // What the user says of a rule is said of all its validations, whatever a pack says of one.
      for (const known of severities.keys()) if (known.startsWith(`${id}.`)) severities.delete(known)
      severities.set(id, severity)
    }
  }
  const ownIds = new Set(own?.policies.map(policy => policy.meta?.id ?? policy.name))
  const asked = new Set(request.rules)
  const selects = (baseId: string, id: string): boolean => {
    if (asked.size > 0) return asked.has(id) || asked.has(baseId)
    if (off.has(id) || off.has(baseId)) return false
    return choice.selects(baseId, id) || ownIds.has(baseId)
  }
  const podPaths = podPathsWith(addedPodPaths(request.podPaths))
  const options = {
    policies: [...choice.policies, ...(own?.policies ?? [])],
    bindings: [...shipped.bindings, ...(own?.bindings ?? [])],
    checks: nativeChecks(shipped.checks, {
      minor: Number(request.target.slice(2)),
      table: kindTableOf(request.target),
      lifecycle: apiLifecycle(),
      podPaths,
    }),
    params: [...shipped.params, ...(own?.params ?? [])],
    minor: Number(request.target.slice(2)),
    podPaths,
    // Policies of users may tell replicas apart; ours do not.
    replicasAlike: own === undefined,
    selects,
    severities,
    parameters: parametersOf([...choice.params, ...request.params], metas),
    // Expressions of policies become code; every name and literal in it is made by the generator (lib/cel/codegen).
    makeFunction: (...parts: string[]) => new Function(...parts) as never,
    prepared: shippedExpressions(),
  }
  const plan = planPolicies(options)
  const problems =
    own === undefined
      ? []
      : [...own.diagnostics, ...planPolicies({ ...options, policies: own.policies, checks: [] }).errors()]
  const snapshotRules = new Map<string, RuleMeta[]>()
  for (const { meta, check } of shipped.snapshotChecks) {
    if (!selects(meta.id, meta.id)) continue
    const described = { ...meta, severity: severities.get(meta.id) ?? meta.severity }
    snapshotRules.set(check, [...(snapshotRules.get(check) ?? []), described])
  }
  return { plan, snapshotRules, diagnostics: problems }
}

/** Given values by rule; the later one of two counts. What a rule cannot take is an error with its place. */
function parametersOf(
  given: readonly GivenParameter[],
  metas: ReadonlyMap<string, RuleMeta>,
): ReadonlyMap<string, ParameterData> {
  const byRule = new Map<string, Record<string, string>>()
  for (const one of given) {
    const place = one.place.startsWith('flag ') ? undefined : one.place
    const meta = metas.get(one.rule)
    if (meta === undefined) throw unknownRule(one.rule, [...metas.keys()], place)
    const text = parameterText(meta, one)
    if (typeof text !== 'string') {
      const code = text.kind === 'wrong-value' ? 'INVALID_PARAMETER' : 'UNKNOWN_PARAMETER'
      throw new UserError(code, text.message, { next: text.next, place })
    }
    const data = byRule.get(one.rule) ?? {}
    data[one.name] = text
    byRule.set(one.rule, data)
  }
  return byRule
}

function ownRules(paths: readonly string[]): RuleSet {
  const inputs = findInputs(paths)
  const [unreadable] = inputs.diagnostics
  if (unreadable !== undefined) {
    throw new UserError('POLICIES_UNREADABLE', `${unreadable.file}: ${unreadable.message}`, {
      next: 'give --policies a file or folder of policies',
    })
  }
  return loadRules(inputs.files.flatMap(({ path }) => policyFileDocuments(path, readFileSync(path))))
}

function unknownRule(id: string, known: readonly string[], place?: string): UserError {
  const [near] = didYouMean(id, known)
  return new UserError('UNKNOWN_RULE', `there is no rule "${id}"`, {
    place,
    next: near === undefined ? 'rules look like BW-POD-001' : `did you mean ${near}?`,
  })
}

function unknownPack(name: string, known: readonly string[]): never {
  const [near] = didYouMean(name, known)
  throw new UserError('UNKNOWN_PACK', `there is no pack "${name}"`, {
    next: near === undefined ? `packs: ${known.join(', ')}` : `did you mean ${near}?`,
  })
}

/** Custom kinds that the settings name: each behaves like a Deployment. */
function addedPodPaths(paths: Readonly<Record<string, string>>): PodPaths {
  return new Map(
    Object.entries(paths).map(([kind, path]) => [kind, [{ template: path.split('.'), like: 'apps/deployments' }]]),
  )
}
