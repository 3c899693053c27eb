import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A file could not be written. The target is as it was before; no temporary is left behind. */
export class FileWriteError extends Error {
  readonly code = 'FILE_NOT_WRITTEN'
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`cannot write ${path}: ${reasonOf(cause)}`, { cause })
    this.name = 'FileWriteError'
    this.path = path
  }
}

export interface WriteOptions {
  /** Permission bits of a new file; an existing file keeps its own. */
  readonly mode?: number
}

/**
 * Writes a whole file so that a reader sees the old content or the new one, never a part: temporary in the same folder,
 * fsync, rename, fsync of the folder. This is the only way the project writes files. A symbolic link keeps pointing
 * where it points: its target is what is replaced.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  let temporary: string | undefined
  try {
    const target = await realpath(path).catch(() => path)
    const before = await stat(target).catch(() => undefined)
    if (before !== undefined && !before.isFile()) {
      // A device or pipe (`/dev/stdout`) has no old content to protect, and replacing it by a file would be wrong.
      if (before.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
      const device = await open(target, constants.O_WRONLY)
      await filled(device, content)
      return
    }
    const folder = dirname(target)
    const candidate = join(folder, `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}.tmp`)
    const file = await open(candidate, 'wx', options.mode ?? 0o666)
    temporary = candidate
    await filled(file, content, before === undefined ? undefined : before.mode & 0o7777, true)
    await rename(candidate, target)
    temporary = undefined
    await syncFolder(folder)
  } catch (cause) {
    if (temporary !== undefined) await unlink(temporary).catch(() => {})
    throw new FileWriteError(path, cause)
  }
}

async function filled(
  file: FileHandle,
  content: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  mode?: number,
  durable = false,
): Promise<void> {
  try {
    if (mode !== undefined) await file.chmod(mode)
    if (typeof content === 'string' || content instanceof Uint8Array) await file.writeFile(content)
    else for await (const part of content) await file.appendFile(part)
    if (durable) await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename itself durable. Some systems refuse to open or sync a folder; there the rename alone must do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  if (handle === undefined) return
  await handle.sync().catch(() => {})
  await handle.close()
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'its name is too long',
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause))
}
