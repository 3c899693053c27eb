import { createInterface } from 'node:readline'
import { kindTableOf } from '../../../adapters/fs/kind-tables.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import { can } from '../../../inventory/permissions/can.ts'
import { whoCan } from '../../../inventory/permissions/who-can.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json/json-value.ts'
import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import type { AccessRequest, GrantPath, Subject, UserInfo } from '../../../model/access.ts'
import { formatDiagnostic } from '../../../model/diagnostic.ts'
import { answerCan, answerCanGrant, answerWhoCan, grantRecord, subjectRecord } from '../../access/answer-lines.ts'
import { type ClusterAccess, readClusterAccess } from '../../access/cluster-access.ts'
import { resolveResource } from '../../access/resource-words.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import type { RbacFlags } from '../verb-flags.ts'

/** `breakwater rbac can SUBJECT VERB RESOURCE [NAME]`, or a stream of reviews with `--stdin`. */
export async function runCanVerb(words: readonly string[], flags: RbacFlags): Promise<number> {
  const access = await accessOf(flags)
  if (flags.stdin === true) return answerLines(line => answerCan(access, line, flags.partial === true))
  const [who, verb, resource, name] = words
  if (who === undefined || verb === undefined || resource === undefined) {
    throw new UserError('NO_QUESTION', 'a question names a subject, a verb and a resource', {
      next: 'for example: breakwater rbac can sa:ci/deployer get secrets -n shop -f manifests/',
    })
  }
  const user = userNamed(who, flags.group ?? [])
  const request = requestOf(verb, resource, name ?? '', flags)
  const decision = can(access.index, user, request, { isPartial: flags.partial === true || access.isPartial })
  const answer = decision.isBypass ? 'yes' : { allowed: 'yes', denied: 'no', unknown: 'unknown' }[decision.verdict]
  if (flags.output === 'json' || flags.output === 'ndjson') {
    const by = decision.isBypass ? [{ group: 'system:masters', bypass: true }] : decision.by.map(grantRecord)
    process.stdout.write(`${JSON.stringify({ verdict: decision.verdict, by, errors: decision.errors })}\n`)
  } else {
    process.stdout.write(`${answer}\n`)
    if (decision.isBypass) process.stdout.write('  a member of system:masters passes every check\n')
    for (const grant of decision.by) process.stdout.write(`  ${escapeTerminal(describe(grant))}\n`)
  }
  for (const error of decision.errors) process.stderr.write(`${escapeTerminal(error)}\n`)
  if (flags.assert === undefined) return exitCode.clean
  if (answer === 'unknown') return exitCode.incomplete
  return answer === flags.assert ? exitCode.clean : exitCode.findings
}

/** `breakwater rbac who-can VERB RESOURCE [NAME]`, or a stream with `--stdin`. */
export async function runWhoCanVerb(words: readonly string[], flags: RbacFlags): Promise<number> {
  const access = await accessOf(flags)
  if (flags.stdin === true) return answerLines(line => answerWhoCan(access, line))
  const [verb, resource, name] = words
  if (verb === undefined || resource === undefined) {
    throw new UserError('NO_QUESTION', 'a question names a verb and a resource', {
      next: 'for example: breakwater rbac who-can get secrets -n shop -f manifests/',
    })
  }
  const { subjects } = whoCan(access.index, requestOf(verb, resource, name ?? '', flags))
  const isTable = flags.output === 'table' || (flags.output === undefined && process.stdout.isTTY === true)
  const lines = isTable
    ? subjects.flatMap(({ subject, by, isBypass }) => [
        escapeTerminal(subjectText(subject)),
        ...(isBypass
          ? ['  passes every check, and cannot be revoked']
          : by.map(grant => `  ${escapeTerminal(describe(grant))}`)),
      ])
    : flags.output === 'json'
      ? [JSON.stringify(subjects.map(subjectRecord), null, 2)]
      : subjects.map(entry => JSON.stringify(subjectRecord(entry)))
  await writeAll(process.stdout, [`${lines.join('\n')}\n`])
  return exitCode.clean
}

/** `breakwater rbac can-grant --stdin`. */
export async function runCanGrantVerb(flags: RbacFlags): Promise<number> {
  if (flags.stdin !== true)
    throw new UserError('NO_QUESTION', 'rbac can-grant reads its questions from standard input', {
      next: 'add --stdin and write one JSON object a line',
    })
  const access = await accessOf(flags)
  return answerLines(line => answerCanGrant(access, line))
}

async function accessOf(flags: RbacFlags): Promise<ClusterAccess> {
  const access = await readClusterAccess(flags.file ?? [], flags.target ?? '1.37')
  for (const diagnostic of access.diagnostics) process.stderr.write(`${escapeTerminal(formatDiagnostic(diagnostic))}\n`)
  return access
}

/** Answers each line as soon as it was read, in order, exactly one line each. */
async function answerLines(answer: (line: JsonObject) => object): Promise<number> {
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === '') continue
    let line: JsonValue
    try {
      line = JSON.parse(text) as JsonValue
    } catch (error) {
      line = { problem: `the line is no JSON: ${(error as Error).message}` }
    }
    const result =
      isJsonObject(line) && !Object.hasOwn(line, 'problem')
        ? answer(line)
        : {
            id: null,
            verdict: 'unknown',
            by: [],
            errors: [isJsonObject(line) ? line['problem'] : 'the line is no JSON object'],
          }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  return exitCode.clean
}

const knownVerbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'bind',
  'escalate',
  'impersonate',
  'approve',
  'sign',
  'attest',
  'use',
  'post',
  'put',
  'head',
  'options',
  '*',
]

/** The request that the words describe: get, update, patch and delete of Namespace N happen in N. */
function requestOf(verb: string, written: string, name: string, flags: RbacFlags): AccessRequest {
  if (!knownVerbs.includes(verb) && !verb.includes(':')) {
    const [near] = didYouMean(verb, knownVerbs)
    process.stderr.write(
      `no server knows the verb "${escapeTerminal(verb)}"${near === undefined ? '' : `; did you mean ${near}?`}\n`,
    )
  }
  if (written.startsWith('/')) return { kind: 'url', verb, path: written }
  const table = kindTableOf(flags.target ?? '1.37')
  const resource = resolveResource(written, table)
  if (resource.note !== undefined) process.stderr.write(`${escapeTerminal(resource.note)}\n`)
  if (!resource.isKnown) {
    const [near] = didYouMean(
      resource.resource,
      [...table.kinds.values()].map(kind => kind.resource),
    )
    process.stderr.write(
      `Kubernetes itself has no resource "${escapeTerminal(resource.resource)}"${near === undefined ? '' : `; did you mean ${near}?`}\n`,
    )
  }
  const { group, subresource } = resource
  const isNamespaceItself =
    group === '' &&
    resource.resource === 'namespaces' &&
    name !== '' &&
    ['get', 'update', 'patch', 'delete'].includes(verb)
  const namespace = isNamespaceItself
    ? name
    : resource.namespaced && flags.allNamespaces !== true
      ? (flags.namespace ?? '')
      : ''
  return { kind: 'resource', verb, group, resource: resource.resource, subresource, name, namespace }
}

/** `sa:ns/name`, `user:x`, `group:g`, or a plain user name; with the groups that a subject of its kind always has. */
function userNamed(written: string, groups: readonly string[]): UserInfo {
  const account = /^(?:sa:([^/]+)\/(.+)|system:serviceaccount:([^:]+):(.+))$/.exec(written)
  if (account !== null) {
    const [namespace, name] = [account[1] ?? account[3]!, account[2] ?? account[4]!]
    return {
      user: `system:serviceaccount:${namespace}:${name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated', ...groups],
    }
  }
  if (written.startsWith('group:')) return { user: '', groups: [written.slice(6), 'system:authenticated', ...groups] }
  if (written.startsWith('node:'))
    return { user: `system:node:${written.slice(5)}`, groups: ['system:nodes', 'system:authenticated', ...groups] }
  const user = written.replace(/^user:/, '')
  return { user, groups: [user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated', ...groups] }
}

function describe(grant: GrantPath): string {
  const { binding, role, ruleIndex, location } = grantRecord(grant) as {
    binding: string
    role: string
    ruleIndex: number | null
    location?: { file: string; line: number }
  }
  const rule = ruleIndex === null ? 'an aggregated rule' : `rule ${ruleIndex}`
  const { verbs, resources, nonResourceURLs } = grant.rule
  const what = nonResourceURLs.length > 0 ? nonResourceURLs.join(',') : resources.join(',')
  return `${binding} -> ${role} ${rule} (${what}: ${verbs.join(',')})${location === undefined ? '  shipped with Kubernetes' : `  ${location.file}:${location.line}`}`
}

function subjectText(subject: Subject): string {
  return subject.kind === 'ServiceAccount'
    ? `sa:${subject.namespace}/${subject.name}`
    : `${subject.kind.toLowerCase()}:${subject.name}`
}
