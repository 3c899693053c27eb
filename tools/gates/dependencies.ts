import { importsOf, type SourceFile, type Violation } from './source-file.ts'

export interface AllowedDependency {
  readonly reason: string
  /** Folders that may import it; absent for tools that are only run. */
  readonly in?: readonly string[]
}

export interface AllowedDependencies {
  readonly dependencies: Readonly<Record<string, AllowedDependency>>
  readonly devDependencies: Readonly<Record<string, AllowedDependency>>
  readonly optionalDependencies: Readonly<Record<string, AllowedDependency>>
}

type Manifest = { readonly [group in keyof AllowedDependencies]?: Readonly<Record<string, string>> }

const maximumRuntimeDependencies = 35

/** Every dependency is on the list with a reason, pinned exactly, and imported only where the list says. */
export function checkDependencies(
  manifest: Manifest,
  allowed: AllowedDependencies,
  files: readonly SourceFile[],
): Violation[] {
  const violations: Violation[] = []
  const fail = (path: string, line: number, message: string) =>
    violations.push({ gate: 'dependencies', path, line, message })
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    const declared = manifest[group] ?? {}
    for (const [name, version] of Object.entries(declared)) {
      if (!Object.hasOwn(allowed[group], name))
        fail('package.json', 1, `${group} "${name}" is not on the list of allowed dependencies`)
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        fail('package.json', 1, `"${name}" is not pinned to one version: ${version}`)
    }
    for (const [name, { reason }] of Object.entries(allowed[group])) {
      if (!Object.hasOwn(declared, name))
        fail('tools/gates/allowed-dependencies.json', 1, `"${name}" is allowed but not declared`)
      if (reason.trim().length < 10) fail('tools/gates/allowed-dependencies.json', 1, `"${name}" has no reason`)
    }
  }
  if (Object.keys(manifest.dependencies ?? {}).length > maximumRuntimeDependencies) {
    fail('package.json', 1, `more than ${maximumRuntimeDependencies} runtime dependencies`)
  }
  const places = { ...allowed.dependencies, ...allowed.devDependencies }
  for (const file of files) {
    for (const { specifier, line } of importsOf(file)) {
      if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier === 'breakwater') continue
      const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]!
      const place = Object.hasOwn(places, name) ? places[name] : undefined
      if (place === undefined)
        fail(file.path, line, `imports "${name}", which is not on the list of allowed dependencies`)
      else if (!(place.in ?? []).some(folder => file.path.startsWith(folder)))
        fail(file.path, line, `"${name}" may not be imported here`)
    }
  }
  return violations
}

interface LockEntry {
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}

/** No package runs code when it is installed, each is fixed by its digest, and none names a place to fetch it from. */
export function checkLock(lock: { readonly packages: Readonly<Record<string, LockEntry>> }): Violation[] {
  const violations: Violation[] = []
  const fail = (message: string) => violations.push({ gate: 'lock', path: 'package-lock.json', line: 1, message })
  for (const [name, entry] of Object.entries(lock.packages)) {
    if (name === '' || entry.link) continue
    if (entry.hasInstallScript) fail(`${name} has an install script`)
    if (entry.integrity === undefined) fail(`${name} has no integrity digest`)
    if (entry.resolved !== undefined) fail(`${name} names a download address`)
  }
  return violations
}
