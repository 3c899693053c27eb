import { statSync } from 'node:fs'
import { cniProfiles } from '../../adapters/fs/cni-profiles.ts'
import { metadataEndpoints } from '../../adapters/fs/metadata-endpoints.ts'
import type { NetworkEngineOptions } from '../../analyses/network/network-engine.ts'
import { type NetworkModel, networkModel } from '../../analyses/network/network-model.ts'
import { buildInventory } from '../../inventory/inventory.ts'
import type { EntryProblem } from '../../inventory/network/entry-problem.ts'
import { hostPortProblems } from '../../inventory/network/host-ports.ts'
import { podPathsWith, withVirtualMachines } from '../../inventory/pod-paths.ts'
import { placeOf } from '../../inventory/snapshot/snapshot-object.ts'
import { parseCidr } from '../../lib/ip/address.ts'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import type { CniProfile } from '../../model/cni-profile.ts'
import { type Diagnostic, formatDiagnostic } from '../../model/diagnostic.ts'
import type { NetworkPolicyObject, PolicyProblem } from '../../model/network.ts'
import { type ReadSnapshot, readGitSnapshot, readSnapshot } from '../snapshot/read-snapshot.ts'
import { UserError } from '../user-error.ts'
import { exitCode } from './exit-code.ts'
import type { NetworkFlags } from './network-flags.ts'
import { say } from './say.ts'

/** A model with what was wrong with its input. */
export interface LoadedNetwork extends NetworkModel {
  readonly snapshot: ReadSnapshot
  readonly options: NetworkEngineOptions
  /** 0, 3 where no workload was read, 4 where part of the input was not read. */
  readonly code: number
}

const podPaths = podPathsWith()

/** Reads the files of a question, builds the engine, and says on stderr what is wrong with either. */
export async function loadNetwork(flags: NetworkFlags, more: NetworkEngineOptions = {}): Promise<LoadedNetwork> {
  if (flags.file === undefined || flags.file.length === 0) {
    throw new UserError('NO_PATH', 'no file was given to answer from', {
      next: 'add -f PATH: manifests, or what `kubectl get all,networkpolicies,ingresses,namespaces,nodes -A -o json` prints',
    })
  }
  const snapshot = await readSnapshot(flags.file, snapshotOptions(flags))
  return loadedNetwork(snapshot, flags, more, 'say')
}

/** One side of a comparison: a file or folder, or a git reference with the files that `-f` names. */
export async function loadSide(word: string, flags: NetworkFlags): Promise<ReadSnapshot> {
  const isPath = statSync(word, { throwIfNoEntry: false }) !== undefined
  return isPath
    ? readSnapshot([word], snapshotOptions(flags))
    : readGitSnapshot(word, flags.file ?? [], snapshotOptions(flags))
}

/** The model of a snapshot that was read; what is wrong with it is said where `tell` is `say`. */
export function loadedNetwork(
  snapshot: ReadSnapshot,
  flags: NetworkFlags,
  more: NetworkEngineOptions = {},
  tell: 'say' | 'quiet' = 'quiet',
): LoadedNetwork {
  const setApart = [...metadataEndpoints().map(({ address }) => address), ...(more.setApart ?? [])]
  const options = { ...engineOptions(flags), ...more, setApart }
  const model = networkModel(buildInventory(snapshot.objects, withVirtualMachines(podPaths)), options)
  if (tell === 'say') {
    for (const diagnostic of snapshot.diagnostics) say(formatDiagnostic(diagnostic))
    for (const unit of snapshot.renderUnits) say(`${unit}: not rendered; pipe the rendered manifests in`)
    for (const policy of model.view.facts.policies)
      for (const problem of policy.problems) say(problemLine(policy, problem))
    const problems = model.services.flatMap(({ sourceRanges }) => sourceRanges.problems)
    for (const problem of [...problems, ...hostPortProblems(model.inventory)])
      say(formatDiagnostic(entryDiagnostic(problem)))
  }
  const isEmpty = model.view.facts.pods.length === 0
  const isIncomplete = snapshot.isPartial || snapshot.renderUnits.length > 0
  return {
    ...model,
    snapshot,
    options,
    code: isIncomplete ? exitCode.incomplete : isEmpty ? exitCode.nothingToScan : exitCode.clean,
  }
}

function problemLine(policy: NetworkPolicyObject, problem: PolicyProblem): string {
  const { line, column } = policy.source.locate(problem.path)
  const effect = problem.isRefusal ? 'error' : 'warning'
  return `${policy.source.file}:${line}:${column}  ${effect}  ${problem.code}: ${problem.message}`
}

function entryDiagnostic({ code, message, object, path }: EntryProblem): Diagnostic {
  return { level: 'error', code, message, file: object.source.file, ...placeOf(object, path) }
}

function snapshotOptions(flags: NetworkFlags) {
  return { defaultNamespace: flags.namespace ?? 'default', podPaths }
}

export function engineOptions(
  flags: Pick<NetworkFlags, 'cni' | 'clusterCidr' | 'asDeclared' | 'partial'>,
): NetworkEngineOptions {
  const clusterCidrs = flags.clusterCidr?.flatMap(text => text.split(',')) ?? []
  for (const cidr of clusterCidrs) {
    if (parseCidr(cidr) === undefined)
      throw new UserError('INVALID_CIDR', `"${cidr}" is no address range`, {
        next: 'write a range such as 10.244.0.0/16',
      })
  }
  return {
    ...(flags.cni === undefined || flags.cni === 'generic' ? {} : { cniProfile: profileOf(flags.cni) }),
    clusterCidrs,
    asDeclared: flags.asDeclared === true,
    isClusterPartial: flags.partial === true,
  }
}

function profileOf(name: string): CniProfile {
  const profiles = cniProfiles()
  const known = ['generic', ...profiles.map(profile => profile.name)]
  const found = profiles.find(profile => profile.name === name)
  if (found !== undefined) return found
  const [near] = didYouMean(name, known)
  throw new UserError('UNKNOWN_CNI', `there is no network engine "${name}" in the table`, {
    next: near === undefined ? `known: ${known.join(', ')}` : `did you mean ${near}?`,
  })
}
