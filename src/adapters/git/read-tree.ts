import { spawnSync } from 'node:child_process'

/** A file of a commit: its path in the repository and its content. */
export interface GitFile {
  readonly path: string
  readonly bytes: Uint8Array
}

export type GitTree =
  | { readonly kind: 'files'; readonly files: readonly GitFile[]; readonly skipped: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** Bytes of one commit's files that are read at most. */
const maxTreeBytes = 1024 * 1024 * 1024

/**
 * The files of a commit whose names `isWanted`, below some paths of the repository that holds `cwd`. Objects are read as
 * they are stored: no filter, hook, pager, replacement or remote of the repository is run or asked.
 */
export function readGitTree(
  cwd: string,
  reference: string,
  paths: readonly string[],
  isWanted: (path: string) => boolean,
): GitTree {
  const commit = git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`])
  if (commit.failure !== undefined) return { kind: 'failed', reason: commit.failure }
  const id = commit.stdout.toString('latin1').trim()
  const listed = git(cwd, ['ls-tree', '-r', '-z', '--full-name', id, '--', ...paths])
  if (listed.failure !== undefined) return { kind: 'failed', reason: listed.failure }
  const wanted: { readonly blob: string; readonly path: string }[] = []
  const skipped: string[] = []
  for (const entry of listed.stdout.toString('utf8').split('\0')) {
    const match = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(entry)
    if (match === null) continue
    const [, mode, type, blob, path] = match as unknown as [string, string, string, string, string]
    if (!isWanted(path)) continue
    // Links and submodules lead out of the commit.
    if (type === 'blob' && mode !== '120000') wanted.push({ blob, path })
    else skipped.push(path)
  }
  if (wanted.length === 0) return { kind: 'files', files: [], skipped }
  const read = git(cwd, ['cat-file', '--batch'], `${wanted.map(({ blob }) => blob).join('\n')}\n`)
  if (read.failure !== undefined) return { kind: 'failed', reason: read.failure }
  return { kind: 'files', files: contentsOf(read.stdout, wanted), skipped }
}

/** The output of `cat-file --batch`: a line `<id> blob <size>`, the bytes, a line feed. */
function contentsOf(output: Buffer, wanted: readonly { readonly path: string }[]): readonly GitFile[] {
  const files: GitFile[] = []
  let at = 0
  for (const { path } of wanted) {
    const end = output.indexOf(0x0a, at)
    if (end < 0) break
    const size = Number(output.toString('latin1', at, end).split(' ')[2])
    if (!Number.isInteger(size)) {
      at = end + 1
      continue
    }
    files.push({ path, bytes: output.subarray(end + 1, end + 1 + size) })
    at = end + 1 + size + 1
  }
  return files
}

function git(cwd: string, args: readonly string[], input?: string): { stdout: Buffer; failure: string | undefined } {
  const { status, stdout, stderr, error } = spawnSync(
    'git',
    [
      '--no-pager',
      '--no-replace-objects',
      '--no-optional-locks',
      '--literal-pathspecs',
      '-c',
      'core.fsmonitor=false',
      '-c',
      'core.hooksPath=/dev/null',
      ...args,
    ],
    {
      cwd,
      input: input ?? '',
      maxBuffer: maxTreeBytes,
      timeout: 120_000,
      // An object that is not here is not fetched: a partial clone could name any program as its transport.
      env: { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '', GIT_TERMINAL_PROMPT: '0' },
    },
  )
  if (error !== undefined) return { stdout: Buffer.alloc(0), failure: error.message }
  if (status !== 0) {
    const said = stderr.toString('utf8').trim().split('\n')[0] ?? ''
    return { stdout, failure: said === '' ? `git ${args[0]} ended with ${status}` : said }
  }
  return { stdout, failure: undefined }
}
