import { layerOf, pureFolders } from './layers.ts'
import { blankComments, importsOf, lineAt, type SourceFile, type Violation } from './source-file.ts'

/**
 * What the compiler cannot see: it builds the pure folders without Node's and the DOM's types, but the language itself
 * has a clock and randomness. Both are values that are passed in.
 */
const impure: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b/g, 'reads the clock'],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?![\s(]))/g, 'reads the clock'],
  [/(?<![.\w])Date\s*\(/g, 'reads the clock'],
  [/\bTemporal\s*\.\s*Now\b/g, 'reads the clock'],
  [/\bMath\s*\.\s*random\b/g, 'is random'],
  [/\bglobalThis\b/g, 'reaches the environment'],
  [/(?<![.\w])eval\s*\(/g, 'compiles text'],
  [/\btoLocale(?:Date|Time|Upper|Lower)?(?:Case)?String\s*\(\s*\)/g, "depends on the machine's language"],
  [/\.localeCompare\s*\(\s*[^,()]+\)/g, "depends on the machine's language"],
]

/** Clocks, randomness, the environment and built-in modules in the folders above `ports`. */
export function checkPurity(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (!pureFolders.includes(layerOf(file.path) ?? '') || file.path.endsWith('.test.ts')) continue
    const text = blankComments(file.text)
    for (const [pattern, what] of impure) {
      for (const match of text.matchAll(pattern)) {
        if (match[0].startsWith('Date') && /new\s+$/.test(text.slice(0, match.index))) continue
        violations.push({
          gate: 'purity',
          path: file.path,
          line: lineAt(text, match.index),
          message: `"${match[0].trim()}" ${what}`,
        })
      }
    }
    for (const { specifier, line } of importsOf(file)) {
      if (specifier.startsWith('node:'))
        violations.push({ gate: 'purity', path: file.path, line, message: `imports ${specifier}` })
    }
  }
  return violations
}
