import { isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import { UserError } from '../user-error.ts'
import type { EnvironmentValue } from './environment.ts'
import { readSettingsText } from './read-settings-text.ts'
import { settingsSchema } from './schema.ts'
import { setAt, valueAtPath } from './setting-tree.ts'
import type { SettingsLayer } from './settings-layer.ts'

/**
 * A configuration file as a layer. A repository's file is untrusted: keys that only the user may set are refused there,
 * and output files must stay inside `root`.
 */
export function fileLayer(
  file: string,
  text: string,
  trust: 'repository' | 'user',
  root: string | undefined,
): SettingsLayer {
  const read = readSettingsText(file, text)
  const place = (path: readonly PropertyKey[]) => {
    const at = read.locate(path.map(String))
    return `${file}:${at.line}:${at.column}`
  }
  const value = validated(read.value ?? {}, path => place(path))
  if (trust === 'repository') {
    refuseUserKeys(value, [], place)
    refuseOutsideFiles(value, root!, place)
  }
  return { value, trust, origin: path => `${file}:${read.locate(path).line}`, place: path => place(path) }
}

/** The environment as a layer: numbers and booleans are read from text, lists split at commas. */
export function environmentLayer(values: readonly EnvironmentValue[]): SettingsLayer {
  const tree: Record<string, unknown> = {}
  const variables = new Map<string, string>()
  for (const { variable, steps, text } of values) {
    const { path, schema } = settingNamed(variable, steps)
    variables.set(path.join('.'), variable)
    setAt(tree, path, fromText(schema, text))
  }
  const origin = (path: readonly PropertyKey[]) => `env ${variables.get(path.join('.')) ?? path.join('.')}`
  return { value: validated(tree, origin), trust: 'user', origin, place: origin }
}

type AnySchema = z.core.$ZodType

/** The schema inside `optional`, `default` and the like. */
function bare(schema: AnySchema): AnySchema {
  const inner = (schema as { def?: { innerType?: AnySchema } }).def?.innerType
  return inner === undefined ? schema : bare(inner)
}

function shapeOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  return (bare(schema) as { shape?: Readonly<Record<string, AnySchema>> }).shape
}

/** The description, default and trust that the schema notes for a setting. */
export function metaOf(schema: AnySchema): {
  readonly description?: string | undefined
  readonly default?: unknown
  readonly trust?: unknown
} {
  return z.globalRegistry.get(bare(schema)) ?? z.globalRegistry.get(schema) ?? {}
}

/** Every setting with its dotted key, in the order of the schema. */
export function* settingsOf(
  schema: AnySchema = settingsSchema,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; schema: AnySchema }> {
  const shape = shapeOf(schema)
  if (shape === undefined) yield { path, schema }
  else for (const [key, inner] of Object.entries(shape)) yield* settingsOf(inner, [...path, key])
}

function settingNamed(variable: string, steps: readonly string[]): { path: readonly string[]; schema: AnySchema } {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase()
  const wanted = steps.map(plain).join('.')
  const all = [...settingsOf()]
  const found = all.find(({ path }) => path.map(plain).join('.') === wanted)
  if (found !== undefined) return found
  const names = all.map(
    ({ path }) =>
      `BREAKWATER_${path.map(step => step.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()).join('__')}`,
  )
  const [near] = didYouMean(variable, names)
  throw new UserError('CONFIG_UNKNOWN_KEY', `the environment variable ${variable} names no setting`, {
    next: near === undefined ? 'see `breakwater explain config`' : `did you mean ${near}?`,
  })
}

function fromText(schema: AnySchema, text: string): unknown {
  const type = (bare(schema) as unknown as { def: { type: string } }).def.type
  if (type === 'array')
    return text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== '')
  if (type === 'number' || type === 'union') return /^-?\d+$/.test(text) ? Number(text) : text
  if (type === 'record') {
    return Object.fromEntries(
      text
        .split(',')
        .filter(part => part !== '')
        .map(part => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    )
  }
  return text
}

function validated(value: unknown, place: (path: readonly PropertyKey[]) => string): Readonly<Record<string, unknown>> {
  const withoutResets = dropResets(value)
  const result = settingsSchema.safeParse(withoutResets.value)
  if (result.success) return withoutResets.restore(result.data)
  const issue = result.error.issues[0]!
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const shape = issue.path.reduce<AnySchema | undefined>(
      (at, step) => (at === undefined ? at : shapeOf(at)?.[String(step)]),
      settingsSchema,
    )
    const known = Object.keys((shape && shapeOf(shape)) ?? {})
    const [near] = didYouMean(key, known)
    throw new UserError('CONFIG_UNKNOWN_KEY', `unknown setting "${[...issue.path, key].join('.')}"`, {
      place: place([...issue.path, key]),
      next: near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`,
    })
  }
  throw new UserError(
    'CONFIG_INVALID_VALUE',
    `"${issue.path.join('.')}": ${issue.message.replace(/^[A-Z]/, letter => letter.toLowerCase())}`,
    {
      place: place(issue.path),
      next: 'see `breakwater explain config` for the settings and their values',
    },
  )
}

/** `null` resets a setting to its default; the schema never sees it. */
function dropResets(value: unknown): {
  value: unknown
  restore: (parsed: unknown) => Readonly<Record<string, unknown>>
} {
  const resets: string[][] = []
  const strip = (at: unknown, path: string[]): unknown => {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return at
    const kept: [string, unknown][] = []
    for (const [key, inner] of Object.entries(at)) {
      if (inner === null) resets.push([...path, key])
      else kept.push([key, strip(inner, [...path, key])])
    }
    return Object.fromEntries(kept)
  }
  const stripped = strip(value, [])
  return {
    value: stripped,
    restore: parsed => {
      const tree = parsed as Record<string, unknown>
      const known = [...settingsOf()].map(({ path }) => path.join('.'))
      for (const path of resets) {
        if (!known.some(name => name === path.join('.') || name.startsWith(`${path.join('.')}.`))) {
          throw new UserError('CONFIG_UNKNOWN_KEY', `unknown setting "${path.join('.')}"`, {
            next: 'see `breakwater explain config`',
          })
        }
        setAt(tree, path, null)
      }
      return tree
    },
  }
}

function refuseUserKeys(
  value: Readonly<Record<string, unknown>>,
  path: readonly string[],
  place: (path: readonly PropertyKey[]) => string,
): void {
  for (const { path: setting, schema } of settingsOf()) {
    if (metaOf(schema).trust !== 'user') continue
    const given = valueAtPath(value, setting)
    if (given === undefined) continue
    throw new UserError('CONFIG_NOT_TRUSTED', `a repository's file may not set "${[...path, ...setting].join('.')}"`, {
      place: place(setting),
      next: 'set it by a flag, in the environment, or in ~/.config/breakwater/config.yaml',
    })
  }
}

function refuseOutsideFiles(
  value: Readonly<Record<string, unknown>>,
  root: string,
  place: (path: readonly PropertyKey[]) => string,
): void {
  const scan = value['scan'] as { output?: readonly string[]; policies?: readonly string[] } | undefined
  const check = (key: 'output' | 'policies', index: number, file: string | undefined) => {
    if (file === undefined || file === '') return
    const inside = relative(root, resolve(root, file))
    if (!inside.startsWith('..') && !isAbsolute(inside)) return
    throw new UserError(
      'CONFIG_NOT_TRUSTED',
      `a repository's file may not name a path outside the repository: ${join(file)}`,
      {
        place: place(['scan', key, String(index)]),
        next: 'give it by a flag',
      },
    )
  }
  for (const [index, output] of (scan?.output ?? []).entries()) check('output', index, output.split('=')[1])
  for (const [index, file] of (scan?.policies ?? []).entries()) check('policies', index, file)
}
