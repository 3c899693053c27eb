import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { defaultManifestLimits, type ManifestLimits, type ManifestReading } from '../../read/manifests/manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { ManifestStream } from '../../read/manifests/stream.ts'
import { type InputFile, reasonOf } from './inputs.ts'

/** Bytes asked of a large file or a pipe at once. */
const chunkLength = 4 * 1024 * 1024
// A regular file is read at most this far: a sparse file claims any length and costs nothing to make.
const defaultMaxInputBytes = 64 * 1024 * 1024 * 1024
/** How much of one oversized document is passed over in a stream before the stream is given up as endless. */
const maxSilentBytes = 1024 * 1024 * 1024

/**
 * Reads a regular file: in one piece where it fits into the bound of one document, item by item where not. Each reading
 * is what its part of the file gave; a file that cannot be read gives a diagnostic.
 */
export function* readFile(
  path: string,
  limits: ManifestLimits = defaultManifestLimits,
): Generator<ManifestReading, void, undefined> {
  let file: number | undefined
  try {
    // Not to wait: between the walk and here the file may have become a pipe without a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile()) yield unread(path, 'is no file any more')
    else if (stats.size <= limits.maxDocumentBytes) yield readManifest(path, wholeFile(file, stats.size), limits)
    else yield* readChunks(file, path, limits)
  } catch (error) {
    if (!isSystemError(error)) throw error
    yield unread(path, reasonOf(error))
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Reads standard input (`-`), a pipe or a device that was named on the command line. */
export async function* readStream(
  path: string,
  limits: ManifestLimits = defaultManifestLimits,
  signal?: AbortSignal,
): AsyncGenerator<ManifestReading, void, undefined> {
  const stream = new ManifestStream(path, limits)
  const options = { highWaterMark: chunkLength, ...(signal === undefined ? {} : { signal }) }
  const input = path === '-' ? process.stdin : createReadStream(path, options)
  let silent = 0
  try {
    for await (const chunk of input) {
      const reading = stream.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : (chunk as Uint8Array))
      silent = isEmpty(reading) ? silent + chunk.length : 0
      yield reading
      if (stream.isStopped) break
      if (silent > maxSilentBytes) {
        yield unread(path, 'goes on without a document that could be read; the rest was not read')
        break
      }
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    yield unread(path, reasonOf(error))
  } finally {
    if (path !== '-') input.destroy()
  }
  if (!stream.isStopped && silent <= maxSilentBytes) yield stream.end()
}

/** Reads any input of a walk. */
export async function* readInput(
  input: InputFile,
  limits: ManifestLimits = defaultManifestLimits,
  signal?: AbortSignal,
): AsyncGenerator<ManifestReading, void, undefined> {
  if (input.isRegular) yield* readFile(input.path, limits)
  else yield* readStream(input.path, limits, signal)
}

function wholeFile(file: number, size: number): Uint8Array {
  // One byte more than the file claims shows whether it grew since.
  let bytes = Buffer.allocUnsafe(size + 1)
  let length = 0
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null)
    length += read
    if (read === 0 || length > size + chunkLength) return bytes.subarray(0, length)
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(chunkLength)])
  }
}

function* readChunks(file: number, path: string, limits: ManifestLimits): Generator<ManifestReading, void, undefined> {
  const stream = new ManifestStream(path, limits)
  const chunk = Buffer.allocUnsafe(chunkLength)
  let total = 0
  while (!stream.isStopped) {
    const read = readSync(file, chunk, 0, chunk.length, null)
    if (read === 0) break
    total += read
    yield stream.push(chunk.subarray(0, read))
    if (total > defaultMaxInputBytes) {
      yield unread(path, `is larger than ${defaultMaxInputBytes} bytes; the rest was not read`)
      return
    }
  }
  if (!stream.isStopped) yield stream.end()
}

function isEmpty(reading: ManifestReading): boolean {
  return reading.manifests.length === 0 && reading.diagnostics.length === 0
}

function unread(path: string, reason: string): ManifestReading {
  const message = `cannot read: ${reason}`
  const diagnostic: Diagnostic = { level: 'error', code: 'INPUT_UNREADABLE', message, file: path, line: 0, column: 0 }
  return { manifests: [], diagnostics: [diagnostic], documents: { read: 0, damaged: 1, skipped: 0 } }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
