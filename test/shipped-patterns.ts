import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/adapters/fs/package-files.ts'
import { shippedPolicyDocuments } from '../src/adapters/fs/shipped-policies.ts'

/** The patterns that policies that ship match texts with: literals in the call, or literals that variables name. */
export function shippedPatterns(): readonly string[] {
  const patterns = new Set<string>()
  for (const file of new Set(shippedPolicyDocuments().map(document => document.file))) {
    const text = readFileSync(join(packageRoot(), file), 'utf8')
    for (const call of text.matchAll(/(?:matches|find|findAll)\((r?)'((?:[^'\\]|\\.)*)'\)/g))
      patterns.add(meaning(call[1]!, call[2]!))
    for (const [, name] of text.matchAll(/matches\(variables\.(\w+)\)/g)) {
      const variable = new RegExp(`name: ${name}\\n +expression: (?:>-\\n +)?(r?)'(.*)'\\n`).exec(text)
      if (variable === null) throw new Error(`${file}: variable ${name} is no literal`)
      patterns.add(meaning(variable[1]!, variable[2]!))
    }
  }
  return [...patterns]
}

function meaning(raw: string, literal: string): string {
  if (raw === 'r') return literal
  return literal.replaceAll(/\\(.)/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c)
}
