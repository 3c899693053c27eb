import { readFileSync, statSync } from 'node:fs'
import type { SourceLine } from '../../report/index.ts'

const maxKeptFiles = 64
const maxFileBytes = 16 * 1024 * 1024

/** Lines of input files for code frames; the files that were asked for last are kept. Standard input has no lines. */
export function sourceLines(): SourceLine {
  const kept = new Map<string, readonly string[] | undefined>()
  return (file, line) => {
    if (!kept.has(file)) {
      if (kept.size >= maxKeptFiles) kept.delete(kept.keys().next().value!)
      kept.set(file, linesOf(file))
    }
    return kept.get(file)?.[line - 1]
  }
}

function linesOf(file: string): readonly string[] | undefined {
  try {
    const stat = statSync(file)
    if (!stat.isFile() || stat.size > maxFileBytes) return undefined
    const bytes = readFileSync(file)
    const wide = bytes[0] === 0xff && bytes[1] === 0xfe
    return bytes.toString(wide ? 'utf16le' : 'utf8').split(/\r\n|\n/)
  } catch {
    // The file is gone since it was read: the report shows the place without the line.
    return undefined
  }
}
