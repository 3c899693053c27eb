import { statSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

/** A file of more bytes than this holds more objects than a repository does. */
const largeFile = 64 * 1024 * 1024

/**
 * Lets garbage be collected before the heap is a multiple of what is live, where the input is a dump or a stream: a third
 * less memory for a tenth more time. For the whole process, so that only the command line decides on it.
 */
export function collectEarlyFor(paths: readonly string[]): void {
  if (paths.some(isLarge)) setFlagsFromString('--heap-growing-percent=40')
}

function isLarge(path: string): boolean {
  if (path === '-') return true
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && !stats.isDirectory() && (stats.size > largeFile || !stats.isFile())
}
