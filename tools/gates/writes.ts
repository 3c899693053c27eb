import { blankComments, lineAt, type SourceFile, type Violation } from './source-file.ts'

/** The one module that writes files: temporary file, sync, rename. */
const writer = 'src/adapters/fs/atomic-write.ts'

const writing =
  /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|copyFile|copyFileSync|cp|cpSync|rename|renameSync|truncate|truncateSync|ftruncate|symlink|symlinkSync|link|linkSync)\s*\(|\bopen(?:Sync)?\s*\([^)\n]*,\s*['"](?:w|a|r\+)/g

/** Writes to the disk anywhere but in the atomic writer. */
export function checkWrites(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (!file.path.startsWith('src/') || file.path === writer || file.path.endsWith('.test.ts')) continue
    const text = blankComments(file.text)
    if (!/['"]node:fs(?:\/promises)?['"]/.test(text)) continue
    for (const match of text.matchAll(writing)) {
      violations.push({
        gate: 'writes',
        path: file.path,
        line: lineAt(text, match.index),
        message: `"${match[0].trim()}" writes a file; only ${writer} does`,
      })
    }
  }
  return violations
}
