import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { UserError } from '../user-error.ts'
import { environmentValues } from './environment.ts'
import { isSettingTree, setAt, setOwn, valueAtPath } from './setting-tree.ts'
import { defaultSettings, type Settings } from './settings.ts'
import type { SettingsLayer } from './settings-layer.ts'

/** Where a value came from: `default`, `flag --fail-on`, `env BREAKWATER_SCAN__FAIL_ON`, `breakwater.yaml:4`. */
export type Origins = ReadonlyMap<string, string>

export interface ResolvedSettings {
  readonly settings: Settings
  /** Origin by dotted key; keys that are not in it have their default. */
  readonly origins: Origins
  /** Origins that a stronger one overrode, by dotted key. */
  readonly overridden: ReadonlyMap<string, readonly string[]>
  /** The repository's own file, where there is one: what it excludes is listed in the summary. */
  readonly repositoryFile: string | undefined
}

export interface ConfigurationSources {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values of flags, already typed; keys are dotted. */
  readonly flags: ReadonlyMap<string, { readonly value: unknown; readonly flag: string }>
}

/** The settings of this run: flags, then environment, then the nearest `breakwater.yaml`, then the user's file, then defaults. */
export async function loadSettings(sources: ConfigurationSources): Promise<ResolvedSettings> {
  const layers: SettingsLayer[] = []
  const userFile = join(sources.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'breakwater', 'config.yaml')
  const repositoryFile = nearestConfiguration(sources.cwd)
  const environment = environmentValues(sources.env)
  if (existsSync(userFile) || repositoryFile !== undefined || environment.length > 0) {
    // Only a run that has something to validate pays for loading the validator.
    const { fileLayer, environmentLayer } = await import('./layers.ts')
    if (existsSync(userFile)) layers.push(fileLayer(userFile, readConfiguration(userFile), 'user', undefined))
    if (repositoryFile !== undefined) {
      const shown = relative(sources.cwd, repositoryFile) || repositoryFile
      layers.push(fileLayer(shown, readConfiguration(repositoryFile), 'repository', dirname(repositoryFile)))
    }
    if (environment.length > 0) layers.push(environmentLayer(environment))
  }
  layers.push(flagLayer(sources.flags))
  return { ...mergeLayers(layers), repositoryFile }
}

/** The nearest `breakwater.yaml` from `cwd` upwards, not beyond the repository; outside a repository only `cwd` counts. */
function nearestConfiguration(cwd: string): string | undefined {
  const candidates: string[] = []
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, 'breakwater.yaml')
    if (existsSync(file)) candidates.push(file)
    if (existsSync(join(folder, '.git'))) return candidates[0]
    if (dirname(folder) === folder) break
  }
  const own = join(cwd, 'breakwater.yaml')
  return candidates.includes(own) ? own : undefined
}

const maxConfigurationBytes = 1024 * 1024

function readConfiguration(file: string): string {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) throw new Error('not a regular file')
    if (stat.size > maxConfigurationBytes) throw new Error(`longer than ${maxConfigurationBytes} bytes`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UserError('CONFIG_UNREADABLE', `the settings in ${file} cannot be read`, { cause })
  }
}

function flagLayer(flags: ConfigurationSources['flags']): SettingsLayer {
  const value: Record<string, unknown> = {}
  for (const [key, flag] of flags) setAt(value, key.split('.'), flag.value)
  return {
    value,
    origin: path => `flag ${flags.get(path.join('.'))?.flag ?? path.join('.')}`,
    place: () => undefined,
    trust: 'user',
  }
}

/** Lays the layers over the defaults, the weakest first: objects merge deeply, lists replace, `null` resets to the default. */
function mergeLayers(layers: readonly SettingsLayer[]): Omit<ResolvedSettings, 'repositoryFile'> {
  const origins = new Map<string, string>()
  const overridden = new Map<string, string[]>()
  const settings = structuredClone(defaultSettings) as unknown as Record<string, unknown>
  for (const layer of layers) {
    const lay = (
      target: Record<string, unknown>,
      source: Readonly<Record<string, unknown>>,
      path: readonly string[],
    ): void => {
      for (const [key, value] of Object.entries(source)) {
        const here = [...path, key]
        const name = here.join('.')
        // A tree that is new here is laid value by value as well, so that each knows its own line.
        if (isSettingTree(value) && !Object.hasOwn(target, key)) setOwn(target, key, {})
        const current = Object.hasOwn(target, key) ? target[key] : undefined
        if (isSettingTree(value) && isSettingTree(current)) {
          lay(current, value, here)
          continue
        }
        if (value === undefined) continue
        const before = origins.get(name)
        if (before !== undefined) overridden.set(name, [...(overridden.get(name) ?? []), before])
        setOwn(target, key, value === null ? structuredClone(valueAtPath(defaultSettings, here)) : value)
        origins.set(name, layer.origin(here))
      }
    }
    lay(settings, layer.value, [])
  }
  return { settings: settings as unknown as Settings, origins, overridden }
}
