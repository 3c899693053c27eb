import { importsOf, resolveRelative, type SourceFile, type Violation } from './source-file.ts'

/** The folders of `src/` in the order of the data. A folder imports from itself and from those above it. */
const order = ['lib', 'model', 'read', 'inventory', 'analyses', 'fixes', 'report', 'ports', 'adapters', 'apps']

/** These analyses read the findings of the others; all other analyses never import each other. */
const readers = new Set(['paths', 'risk', 'compliance'])

/** Folders above `ports`: same input, same output. */
export const pureFolders: readonly string[] = order.slice(0, order.indexOf('ports'))

export function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1]
}

/** Order of imports between the folders of `src/`, and between analyses. */
export function checkLayers(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    const from = layerOf(file.path)
    if (from === undefined) continue
    for (const { specifier, line } of importsOf(file)) {
      const target = resolveRelative(file.path, specifier)
      const to = target === undefined ? undefined : layerOf(target)
      if (target === undefined) continue
      const problem = to === undefined ? leavesSource(file, target) : crossing(file.path, from, target, to)
      if (problem !== undefined) violations.push({ gate: 'layers', path: file.path, line, message: problem })
    }
  }
  return violations
}

function leavesSource(file: SourceFile, target: string): string | undefined {
  // Tests may use the shared test equipment and the generators; the program may not.
  return file.path.endsWith('.test.ts') ? undefined : `imports ${target}, which is outside src/`
}

function crossing(path: string, from: string, target: string, to: string): string | undefined {
  if (!order.includes(from)) return `folder src/${from} is not part of the architecture`
  if (!order.includes(to)) return `imports src/${to}, which is not part of the architecture`
  if (from === 'analyses' && to === 'analyses') {
    const [own, other] = [path.split('/')[2], target.split('/')[2]]
    return own === other || readers.has(own!) ? undefined : `analysis ${own} imports analysis ${other}`
  }
  if (from === to) return undefined
  if (order.indexOf(to) > order.indexOf(from)) return `${from} imports from ${to}, which stands below it`
  return undefined
}

/** Files without a name that says something. */
export function checkFileNames(paths: readonly string[]): Violation[] {
  const violations: Violation[] = []
  for (const path of paths) {
    const name = path.split('/').at(-1)!
    const fail = (message: string) => violations.push({ gate: 'file-names', path, line: 1, message })
    if (/^(utils?|helpers?|common|misc)([.-].*)?\.(ts|tsx|mjs|js)$/.test(name)) fail(`the name "${name}" says nothing`)
    if (/^(utils?|helpers?|common|misc)$/.test(path.split('/').at(-2) ?? ''))
      fail('the name of its folder says nothing')
    if (/\.tsx?$/.test(name) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|generated|d))*\.tsx?$/.test(name))
      fail('file names are kebab-case')
  }
  return violations
}
