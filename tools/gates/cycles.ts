import { importsOf, resolveRelative, type SourceFile, type Violation } from './source-file.ts'

/** Import cycles, each reported once, at the file of the cycle that sorts first. Type-only imports count as well. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const known = new Set(files.map(file => file.path))
  const edges = new Map(
    files.map(file => [
      file.path,
      importsOf(file).flatMap(({ specifier }) => {
        const target = resolveRelative(file.path, specifier)
        return target !== undefined && known.has(target) ? [target] : []
      }),
    ]),
  )
  const violations: Violation[] = []
  const finished = new Set<string>()
  const seen = new Set<string>()
  const visit = (path: string, stack: readonly string[]): void => {
    const start = stack.indexOf(path)
    if (start >= 0) {
      const cycle = stack.slice(start)
      const first = [...cycle].sort()[0]!
      const turned = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first)), first]
      const text = turned.join(' -> ')
      if (!seen.has(text)) violations.push({ gate: 'cycles', path: first, line: 1, message: `import cycle: ${text}` })
      seen.add(text)
      return
    }
    if (finished.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...stack, path])
    finished.add(path)
  }
  for (const path of [...edges.keys()].sort()) visit(path, [])
  return violations
}
