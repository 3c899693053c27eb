/** A file of the repository as the gates see it. `path` is relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** One broken rule at one place. */
export interface Violation {
  readonly gate: string
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface Import {
  readonly specifier: string
  readonly line: number
  readonly isTypeOnly: boolean
}

const importPattern =
  /(?:^|[;\n}])\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g

/** Every module a file names: static, re-exported and dynamic imports. Comments do not count. */
export function importsOf(file: SourceFile): Import[] {
  const text = blankComments(file.text)
  return [...text.matchAll(importPattern)].map(match => ({
    specifier: (match[2] ?? match[3])!,
    isTypeOnly: match[1] !== undefined,
    line: lineAt(text, match.index + match[0].length),
  }))
}

/** The text with comments replaced by blanks of the same shape; strings and template texts stay. */
export function blankComments(text: string): string {
  return text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (whole, literal: string | undefined) => literal ?? whole.replace(/[^\n]/g, ' '),
  )
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The path a relative specifier names, normalised; `undefined` for packages and built-in modules. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const steps = from.split('/').slice(0, -1)
  for (const step of specifier.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.') steps.push(step)
  }
  return steps.join('/')
}
