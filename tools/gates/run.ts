import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { checkCycles } from './cycles.ts'
import { type AllowedDependencies, checkDependencies, checkLock } from './dependencies.ts'
import { checkFileNames, checkLayers } from './layers.ts'
import { checkPurity } from './purity.ts'
import type { SourceFile, Violation } from './source-file.ts'
import { checkWrites } from './writes.ts'

/** All gates over the tracked and new files of the repository that holds `root`. */
export function runGates(root: string): Violation[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const paths = [...new Set(list.split('\0').filter(path => path !== '' && !path.includes('/fixtures/')))].sort()
  const files: SourceFile[] = []
  for (const path of paths.filter(path => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith('.d.ts'))) {
    try {
      files.push({ path, text: readFileSync(`${root}/${path}`, 'utf8') })
    } catch (error) {
      // A tracked file that was just deleted is still listed.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const json = (path: string): unknown => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'))
  return [
    ...checkFileNames(paths),
    ...checkLayers(files),
    ...checkCycles(files),
    ...checkPurity(files),
    ...checkWrites(files),
    ...checkDependencies(
      json('package.json') as Parameters<typeof checkDependencies>[0],
      json('tools/gates/allowed-dependencies.json') as AllowedDependencies,
      files,
    ),
    ...checkLock(json('package-lock.json') as Parameters<typeof checkLock>[0]),
  ]
}

if (process.argv[1] === import.meta.filename) {
  const violations = runGates(process.cwd())
  for (const { gate, path, line, message } of violations) console.error(`${path}:${line}  ${gate}  ${message}`)
  console.error(violations.length === 0 ? 'gates: no violation' : `gates: ${violations.length} violations`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
