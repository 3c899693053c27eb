import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { findInputs } from '../../../adapters/fs/inputs.ts'
import { kindTableOf } from '../../../adapters/fs/kind-tables.ts'
import { readInput } from '../../../adapters/fs/read-input.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import {
  type RequestOptions,
  requestFor,
  requestOfReview,
} from '../../../analyses/policy/admission/admission-request.ts'
import { type AdmissionSet, admissionSet, fieldName } from '../../../analyses/policy/admission/admission-set.ts'
import { type AdmissionDecision, admit } from '../../../analyses/policy/admission/admit.ts'
import type { AdmissionAttributes } from '../../../analyses/policy/admission/attributes.ts'
import { defaulted } from '../../../inventory/defaulting/index.ts'
import { identityKey, identityOf } from '../../../inventory/identity.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { type Diagnostic, formatDiagnostic } from '../../../model/diagnostic.ts'
import type { ManifestObject } from '../../../read/manifests/manifest.ts'
import { readManifest } from '../../../read/manifests/read-manifest.ts'
import { loadSettings } from '../../configuration/load.ts'
import { readPolicyFiles } from '../../policy/policy-files.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import { settingsFromFlags } from '../flags.ts'
import { say } from '../say.ts'
import type { PolicyEvalFlags } from '../verb-flags.ts'

/** `breakwater policy eval`: what an API server with these policies answers to each object or recorded request. */
export async function runPolicyEvalVerb(paths: readonly string[], flags: PolicyEvalFlags): Promise<number> {
  if (flags.file === undefined || flags.file.length === 0)
    throw new UserError('NO_POLICY', 'no policy was given', { next: 'name a file of policies with -f' })
  if ((paths.length === 0) === (flags.request === undefined)) {
    throw new UserError('NO_PATH', 'give either objects or --request', {
      next: 'name files of objects, - for standard input, or --request FILE with AdmissionReviews',
    })
  }
  const { target, namespace, debug } = flags
  const given = { ...(target && { target }), ...(namespace && { namespace }), ...(debug && { debug }) }
  const { settings } = await loadSettings({ cwd: process.cwd(), env: process.env, flags: settingsFromFlags(given) })
  const asked = new Evaluation(flags, settings.scan.target, settings.scan.namespace)
  await asked.load(flags.file)
  if (flags.request !== undefined) await asked.reviews(flags.request)
  else await asked.objects(paths)
  return asked.exitCode()
}

class Evaluation {
  private readonly flags: PolicyEvalFlags
  private readonly target: string
  private readonly namespace: string
  private readonly isJson: boolean
  private readonly old = new Map<string, JsonObject>()
  private set: AdmissionSet | undefined
  private hasRefusedPolicy = false
  private isIncomplete = false
  private readonly counts = { allowed: 0, denied: 0, unknown: 0 }

  constructor(flags: PolicyEvalFlags, target: string, namespace: string) {
    this.flags = flags
    this.target = target
    this.namespace = namespace
    this.isJson = (flags.output ?? (process.stdout.isTTY === true ? 'text' : 'ndjson')) === 'ndjson'
  }

  async load(files: readonly string[]): Promise<void> {
    const read = await readPolicyFiles(files)
    this.tell(read.diagnostics)
    this.set = admissionSet(read.documents, {
      table: kindTableOf(this.target),
      minor: Number(this.target.slice(2)),
    })
    for (const diagnostic of this.set.diagnostics) {
      say(formatDiagnostic(diagnostic))
      if (diagnostic.level === 'error') this.hasRefusedPolicy = true
      if (diagnostic.code === 'POLICY_NOT_EVALUATED') this.isIncomplete = true
    }
    for (const name of this.set.unbound)
      say(`policy "${name}" has no binding in the files; it is evaluated as if bound to everything with Deny`)
    if (this.set.world.policies.length === 0 && !this.hasRefusedPolicy) {
      throw new UserError('NO_POLICY', `${files.join(', ')}: no ValidatingAdmissionPolicy in it`, {
        next: 'name a file that holds one with -f',
      })
    }
    if (this.flags.old !== undefined) {
      for (const { object } of await this.manifests([this.flags.old])) this.old.set(this.keyOf(object), object)
    }
  }

  async objects(paths: readonly string[]): Promise<void> {
    const inputs = findInputs(paths)
    this.tell(inputs.diagnostics)
    for (const input of inputs.files) {
      for await (const reading of readInput(input)) {
        this.tell(reading.diagnostics)
        const lines: string[] = []
        for (const manifest of reading.manifests) {
          if (manifest.kind === 'object') lines.push(this.answer(manifest))
        }
        await writeAll(process.stdout, lines)
      }
    }
  }

  /** Answers each line as soon as it was read. */
  async reviews(file: string): Promise<void> {
    const input = file === '-' ? process.stdin : createReadStream(file)
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
    let document = -1
    try {
      for await (const line of lines) {
        document++
        if (line.trim() === '') continue
        await writeAll(process.stdout, [this.answerReview(line, file, document)])
      }
    } catch (cause) {
      throw new UserError('INPUT_UNREADABLE', `${file} cannot be read`, { cause })
    }
  }

  exitCode(): number {
    const { allowed, denied, unknown } = this.counts
    if (!this.isJson) process.stdout.write(`${allowed} allowed, ${denied} denied, ${unknown} unknown\n`)
    if (this.hasRefusedPolicy) return exitCode.usage
    if (denied > 0) return exitCode.findings
    if (this.isIncomplete || unknown > 0) return exitCode.incomplete
    return allowed > 0 ? exitCode.clean : exitCode.nothingToScan
  }

  private answer(manifest: ManifestObject): string {
    const { object, file, document } = manifest
    const { world } = this.set!
    const attributes = requestFor(object, this.options(object), world.kinds)
    const decision = admit(attributes, world)
    const [wrong] = defaulted(object, world.kinds.table).issues.filter(issue => issue.kind === 'wrong-type')
    const answer =
      wrong === undefined ? decision : refusedBefore(decision, `${fieldName(wrong.path)}: ${wrong.message}`)
    return this.print(file, document, manifest.line, attributes, answer)
  }

  private answerReview(line: string, file: string, document: number): string {
    const [manifest] = readManifest(file, line).manifests
    const review = manifest?.kind === 'object' ? manifest.object : undefined
    const attributes =
      review === undefined || review['kind'] !== 'AdmissionReview'
        ? 'the line is no AdmissionReview'
        : requestOfReview(review, this.options(undefined), this.set!.world.kinds)
    if (typeof attributes !== 'string')
      return this.print(file, document, document + 1, attributes, admit(attributes, this.set!.world))
    this.isIncomplete = true
    const place = { file, line: document + 1, column: 1 }
    say(formatDiagnostic({ level: 'error', code: 'INPUT_REVIEW', message: attributes, ...place }))
    return this.isJson ? `${JSON.stringify({ file, document, object: null, allowed: null, error: attributes })}\n` : ''
  }

  private options(object: JsonObject | undefined): RequestOptions {
    const { flags } = this
    const old = object === undefined ? undefined : this.oldOf(object)
    return {
      operation: operationOf(flags),
      subResource: flags.subresource ?? '',
      old,
      user: flags.user === undefined ? undefined : { name: flags.user, groups: flags.group ?? [] },
      defaultNamespace: this.namespace,
      priorityOf: this.set!.priorityOf,
    }
  }

  // One old object is that of every new one; several are told apart by what they are.
  private oldOf(object: JsonObject): JsonObject | undefined {
    return this.old.get(this.keyOf(object)) ?? (this.old.size === 1 ? [...this.old.values()][0] : undefined)
  }

  private keyOf(object: JsonObject): string {
    return identityKey(identityOf(object, { defaultNamespace: this.namespace }).ref)
  }

  private async manifests(paths: readonly string[]): Promise<readonly ManifestObject[]> {
    const found: ManifestObject[] = []
    const inputs = findInputs(paths)
    this.tell(inputs.diagnostics)
    for (const input of inputs.files) {
      for await (const reading of readInput(input)) {
        this.tell(reading.diagnostics)
        for (const manifest of reading.manifests) if (manifest.kind === 'object') found.push(manifest)
      }
    }
    return found
  }

  private tell(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      say(formatDiagnostic(diagnostic))
      if (diagnostic.level === 'error') this.isIncomplete = true
    }
  }

  private print(
    file: string,
    document: number,
    line: number,
    attributes: AdmissionAttributes,
    decision: AdmissionDecision,
  ): string {
    const { allowed, status, warnings, auditAnnotations, denials, unknown, cost, costs } = decision
    this.counts[allowed === null ? 'unknown' : allowed ? 'allowed' : 'denied']++
    const object = {
      kind: attributes.kind.kind,
      namespace: attributes.resource.resource === 'namespaces' ? '' : attributes.namespace,
      name: nameOf(attributes),
    }
    if (this.isJson) {
      const answer = {
        file,
        document,
        object,
        allowed,
        ...(status && { status }),
        warnings,
        auditAnnotations,
        denials,
        ...(unknown.length > 0 && { unknown }),
        cost,
        ...(this.flags.cost === true && { costs }),
      }
      return `${JSON.stringify(answer)}\n`
    }
    const subject = `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`
    const verdict = allowed === null ? 'unknown' : allowed ? 'allowed' : `denied (${status!.code} ${status!.reason})`
    const details = [
      ...denials.map(
        ({ policy, binding, message }) =>
          `denied by ${policy}${binding === null ? '' : `, binding ${binding}`}: ${message}`,
      ),
      ...unknown.map(({ policy, reason }) => `unknown${policy === '' ? '' : ` in ${policy}`}: ${reason}`),
      ...warnings.map(text => `warning: ${text}`),
      ...Object.entries(auditAnnotations).map(([key, value]) => `audit: ${key}=${value}`),
      ...(this.flags.cost === true
        ? [`cost ${cost}`, ...costs.map(entry => `cost ${entry.cost}  ${entry.policy} ${entry.field}`)]
        : []),
    ]
    const text = [`${file}:${line}  ${subject}: ${verdict}`, ...details.map(detail => `    ${detail}`)]
    return `${text.map(escapeTerminal).join('\n')}\n`
  }
}

/** What a server cannot decode never reaches a policy, whatever the policies would say. */
function refusedBefore(decision: AdmissionDecision, problem: string): AdmissionDecision {
  const reason = `an API server refuses the object before any policy sees it: ${problem}`
  return {
    ...decision,
    allowed: null,
    status: undefined,
    warnings: [],
    auditAnnotations: {},
    denials: [],
    unknown: [{ policy: '', binding: null, validation: null, reason }],
  }
}

function nameOf({ name, object, oldObject }: AdmissionAttributes): string {
  if (name !== undefined && name !== '') return name
  const metadata = ownValue((object ?? oldObject) as JsonValue, 'metadata')
  const generateName = isJsonObject(metadata) ? ownValue(metadata, 'generateName') : undefined
  return typeof generateName === 'string' ? generateName : ''
}

function operationOf(flags: PolicyEvalFlags): RequestOptions['operation'] {
  return flags.operation ?? (flags.old === undefined ? 'CREATE' : 'UPDATE')
}
