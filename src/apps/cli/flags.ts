import { parseByteSize } from '../configuration/units.ts'
import { UserError } from '../user-error.ts'
import type { ScanFlags } from './verb-flags.ts'

/** Flag by setting: the key in `Settings`, and how the flag is written. */
const settingOfFlag: Readonly<Partial<Record<keyof ScanFlags, readonly [key: string, flag: string]>>> = {
  rule: ['scan.rules', '--rule'],
  pack: ['scan.packs', '--pack'],
  policies: ['scan.policies', '--policies'],
  severity: ['scan.severity', '--severity'],
  failOn: ['scan.failOn', '--fail-on'],
  where: ['scan.where', '--where'],
  namespace: ['scan.namespace', '--namespace'],
  target: ['scan.target', '--target'],
  pssVersion: ['scan.pssVersion', '--pss-version'],
  exclude: ['scan.exclude', '--exclude'],
  output: ['scan.output', '--output'],
  maxUnknown: ['scan.maxUnknown', '--max-unknown'],
  workers: ['scan.workers', '--workers'],
  render: ['scan.render', '--render'],
  color: ['color', '--color'],
  maxDocumentBytes: ['input.maxDocumentBytes', '--max-document-bytes'],
  maxFiles: ['input.maxFiles', '--max-files'],
  maxFolderDepth: ['input.maxFolderDepth', '--max-folder-depth'],
  maxDepth: ['input.maxDepth', '--max-depth'],
  maxSlowNodes: ['input.maxSlowNodes', '--max-slow-nodes'],
  maxAliasNodes: ['input.maxAliasNodes', '--max-alias-nodes'],
  maxDocuments: ['input.maxDocuments', '--max-documents'],
  maxStringBytes: ['input.maxStringBytes', '--max-string-bytes'],
}

const byteFlags = new Set<keyof ScanFlags>(['maxDocumentBytes', 'maxStringBytes'])

/** The flags as settings. Values that have a form of their own are checked here, so that the message names the flag. */
export function settingsFromFlags(
  flags: ScanFlags,
): ReadonlyMap<string, { readonly value: unknown; readonly flag: string }> {
  const settings = new Map<string, { value: unknown; flag: string }>()
  for (const [name, [key, flag]] of Object.entries(settingOfFlag) as [keyof ScanFlags, readonly [string, string]][]) {
    const given = flags[name]
    if (given === undefined) continue
    settings.set(key, { value: byteFlags.has(name) ? bytes(flag, String(given)) : given, flag })
  }
  for (const entry of flags.set ?? []) {
    const [, rule, name, value] = /^([A-Za-z0-9-]+)\.([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(entry) ?? []
    if (rule === undefined) {
      throw new UserError('INVALID_PARAMETER', `--set "${entry}" names no parameter of a rule`, {
        next: 'write it like --set BW-IMG-003.registries=registry.example.com,ghcr.io/acme',
      })
    }
    settings.set(`scan.params.${rule.toUpperCase()}.${name}`, { value, flag: '--set' })
  }
  if (flags.target !== undefined && !/^1\.\d{1,2}$/.test(flags.target)) {
    throw new UserError('INVALID_TARGET', `"${flags.target}" is no Kubernetes minor`, {
      next: 'use a minor such as 1.37',
    })
  }
  if (flags.pssVersion !== undefined && !/^(latest|v?1\.\d{1,2})$/.test(flags.pssVersion)) {
    throw new UserError('INVALID_TARGET', `"${flags.pssVersion}" is no version of the Pod Security Standards`, {
      next: 'use a minor such as 1.37, or latest',
    })
  }
  for (const [key, { value, flag }] of settings) {
    if (typeof value === 'number' && key.startsWith('input.') && value < 1) {
      throw new UserError('INVALID_LIMIT', `${flag} must be at least 1`)
    }
  }
  return settings
}

function bytes(flag: string, text: string): number {
  const size = parseByteSize(text)
  if (size === undefined)
    throw new UserError('INVALID_SIZE', `${flag}: "${text}" is no size`, { next: 'use a size such as 16MiB' })
  return size
}
