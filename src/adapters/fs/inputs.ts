import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { type Glob, globOf } from '../../lib/glob/glob.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RenderUnit, SkippedInput } from '../../model/scan-summary.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { chartFile, kustomizationFiles, kustomizationInputs } from '../../read/manifests/render-units.ts'

/** One input to read, in the order in which it is reported. */
export interface InputFile {
  /** As it was given, or joined to the folder that was given; `/` as separator; `-` is standard input. */
  readonly path: string
  /** A file on disk; anything else is read as a stream: standard input, a pipe, a device that was named. */
  readonly isRegular: boolean
}

export interface InputLimits {
  readonly maxFiles: number
  readonly maxFolderDepth: number
}

export const defaultInputLimits: InputLimits = { maxFiles: 200_000, maxFolderDepth: 64 }

export interface Inputs {
  readonly files: readonly InputFile[]
  readonly diagnostics: readonly Diagnostic[]
  readonly skipped: readonly SkippedInput[]
  readonly renderUnits: readonly RenderUnit[]
}

/**
 * Finds what to read in the paths of a command line: files, folders, patterns, `-`. A file that is named is always
 * read. In folders only manifest names are, and whatever is passed over is counted with its reason.
 */
export function findInputs(
  paths: readonly string[],
  exclude: readonly string[] = [],
  limits: InputLimits = defaultInputLimits,
): Inputs {
  const walk = new Walk(exclude.map(globOf), limits)
  for (const path of paths) walk.argument(path)
  return walk.result()
}

const notReadFolders = new Set(['.git', 'node_modules'])
const manifestName = /\.(?:ya?ml|json)$/i
const keptExamples = 5
const maxKustomizationBytes = 1024 * 1024

interface Link {
  readonly path: string
  readonly root: string
  readonly relative: string
  readonly depth: number
}

interface Kustomization {
  readonly folder: string
  readonly file: string
}

class Walk {
  private readonly exclude: readonly Glob[]
  private readonly limits: InputLimits
  private readonly files = new Map<string, InputFile>()
  private readonly named = new Set<string>()
  private readonly folders = new Set<string>()
  private readonly diagnostics: Diagnostic[] = []
  private readonly skippedFiles = new Map<string, { count: number; examples: string[] }>()
  private readonly renderUnits: RenderUnit[] = []
  private readonly kustomizations: Kustomization[] = []
  private links: Link[] = []
  /** Files by their real paths; filled only where there are links. */
  private readonly realFiles = new Set<string>()
  private isFull = false

  constructor(exclude: readonly Glob[], limits: InputLimits) {
    this.exclude = exclude
    this.limits = limits
  }

  argument(path: string) {
    if (path === '-') {
      this.files.set('-', { path: '-', isRegular: false })
      return
    }
    const stats = statSync(path, { throwIfNoEntry: false })
    const shown = path.replaceAll(sep, '/')
    if (stats === undefined) {
      if (/[*?[]/.test(path)) return this.pattern(shown)
      this.problem(shown, 'INPUT_NOT_FOUND', 'no such file or folder')
    } else if (stats.isDirectory()) {
      this.folder(path, shown === '/' ? '' : shown.replace(/\/+$/, ''), realpathSync(path), '', 0)
      this.followLinks()
    } else this.addFile(path, shown, stats.isFile(), true)
  }

  result(): Inputs {
    this.setKustomizationsAside()
    const skipped = [...this.skippedFiles].map(([reason, { count, examples }]) => ({ reason, count, examples }))
    return {
      files: [...this.files.values()],
      diagnostics: this.diagnostics,
      skipped,
      renderUnits: this.renderUnits,
    }
  }

  /** A pattern that the shell did not expand: walks its fixed part. */
  private pattern(pattern: string): void {
    const segments = pattern.split('/')
    const first = segments.findIndex(segment => /[*?[]/.test(segment))
    const base = segments.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.')
    const found = new Walk(this.exclude, this.limits)
    found.matching = globOf(`/${segments.slice(first).join('/')}`)
    found.argument(base)
    const { files, diagnostics } = found.result()
    const isHere = base === '.' && !pattern.startsWith('./')
    for (const { path } of files) this.addFile(path, isHere ? path.replace(/^\.\//, '') : path, true, true)
    this.diagnostics.push(...diagnostics)
    if (files.length === 0) this.problem(pattern, 'INPUT_NOT_FOUND', 'the pattern matches no file')
  }

  /** Set while a pattern is walked: only what it matches counts, whatever its name. */
  private matching: Glob | undefined

  private folder(path: string, shown: string, root: string, relative: string, depth: number) {
    if (depth > this.limits.maxFolderDepth) {
      this.problem(shown, 'INPUT_FOLDER_DEPTH', `folders nest deeper than ${this.limits.maxFolderDepth} levels`)
      return
    }
    let entries: Dirent[]
    try {
      const real = realpathSync(path)
      if (this.folders.has(real)) return
      this.folders.add(real)
      entries = readdirSync(path, { withFileTypes: true })
    } catch (error) {
      this.problem(shown, 'INPUT_UNREADABLE', `cannot read the folder: ${reasonOf(error)}`)
      return
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    if (this.matching === undefined) {
      if (entries.some(entry => entry.name === chartFile && !entry.isDirectory())) return this.chart(path, shown)
      const own = entries.find(entry => kustomizationFiles.includes(entry.name) && entry.isFile())
      if (own !== undefined) this.kustomizations.push({ folder: path, file: own.name })
    }
    for (const entry of entries) {
      if (this.isFull) return
      const at = path === '/' ? `/${entry.name}` : join(path, entry.name)
      this.entry(
        entry,
        at,
        shown === '' ? `/${entry.name}` : `${shown}/${entry.name}`,
        root,
        relative === '' ? entry.name : `${relative}/${entry.name}`,
        depth,
      )
    }
  }

  private entry(entry: Dirent, path: string, shown: string, root: string, relative: string, depth: number) {
    if (this.exclude.some(glob => glob.matches(relative))) return this.skip('excluded by --exclude', shown)
    if (entry.isDirectory()) {
      if (notReadFolders.has(entry.name)) this.skip(`folder ${entry.name}`, shown)
      else this.folder(path, shown, root, relative, depth + 1)
    } else if (entry.isFile()) this.candidate(path, shown, relative)
    else if (entry.isSymbolicLink()) this.links.push({ path, root, relative, depth })
    else this.skip(kindOf(entry), shown)
  }

  private candidate(path: string, shown: string, relative: string): void {
    const name = relative.slice(relative.lastIndexOf('/') + 1)
    if (this.matching !== undefined) {
      if (this.matching.matches(relative)) this.addFile(path, shown, true, false)
    } else if (manifestName.test(name)) this.addFile(path, shown, true, false)
    else if (!kustomizationFiles.includes(name)) this.skip('not a manifest name', shown)
  }

  // Links come last, so that a file is reported by its own path where it has one among the inputs. A link is followed
  // once and inside the root only: elsewhere it could lead to anything the user may read.
  private followLinks(): void {
    if (this.links.length > 0) {
      for (const [key, file] of this.files) if (file.isRegular) this.realFiles.add(realOf(key))
    }
    while (this.links.length > 0) {
      const links = this.links
      this.links = []
      for (const { path, root, relative, depth } of links) this.followLink(path, root, relative, depth)
    }
  }

  private followLink(path: string, root: string, relative: string, depth: number) {
    const shown = path.replaceAll(sep, '/')
    let real: string
    let stats: Stats
    try {
      real = realpathSync(path)
      stats = statSync(real)
    } catch (error) {
      return this.skip(codeOf(error) === 'ELOOP' ? 'link that leads to itself' : 'link that leads nowhere', shown)
    }
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return this.skip('link that leads out of the folder', shown)
    }
    if (stats.isDirectory()) {
      if (this.folders.has(real)) this.skip('link to what is read anyway', shown)
      else this.folder(path, shown, root, relative, depth + 1)
    } else if (!stats.isFile()) this.skip(kindOf(stats), shown)
    else if (this.realFiles.has(real)) this.skip('link to what is read anyway', shown)
    else {
      this.realFiles.add(real)
      this.candidate(path, shown, relative)
    }
  }

  private addFile(path: string, shown: string, isRegular: boolean, isNamed: boolean): void {
    const key = isRegular ? resolve(path) : path
    if (isNamed) this.named.add(key)
    if (this.files.has(key) || this.isFull) return
    if (this.files.size >= this.limits.maxFiles) {
      this.isFull = true
      this.problem(shown, 'INPUT_FILES_LIMIT', `more than ${this.limits.maxFiles} files; the rest was not read`)
      return
    }
    this.files.set(key, { path: shown, isRegular })
  }

  /** All of a chart's folder is template, values or metadata: nothing in it is a manifest before it is rendered. */
  private chart(path: string, shown: string): void {
    this.renderUnits.push({ kind: 'helm', root: shown === '' ? '/' : shown, files: this.filesBelow(path, 0) })
  }

  private filesBelow(path: string, depth: number): number {
    if (depth > this.limits.maxFolderDepth) return 0
    let count = 0
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isDirectory()) count += this.filesBelow(join(path, entry.name), depth + 1)
        else if (entry.isFile()) count++
      }
    } catch (error) {
      this.problem(path.replaceAll(sep, '/'), 'INPUT_UNREADABLE', `cannot read the folder: ${reasonOf(error)}`)
    }
    return count
  }

  // Patches and generator inputs may lie anywhere, so this waits until all files are known.
  private setKustomizationsAside(): void {
    for (const { folder, file } of this.kustomizations) {
      const own = join(folder, file)
      const text = beginningOf(own, maxKustomizationBytes)
      const values = text === undefined ? [] : readManifest(own, text).manifests
      let count = this.setAside(resolve(own)) || !manifestName.test(file) ? 1 : 0
      for (const manifest of values) {
        for (const input of kustomizationInputs(manifest.kind === 'object' ? manifest.object : manifest.value)) {
          if (this.setAside(resolve(folder, input))) count++
        }
      }
      this.renderUnits.push({ kind: 'kustomize', root: folder.replaceAll(sep, '/'), files: count })
    }
  }

  private setAside(key: string): boolean {
    return !this.named.has(key) && this.files.delete(key)
  }

  private skip(reason: string, shown: string): void {
    let entry = this.skippedFiles.get(reason)
    if (entry === undefined) {
      entry = { count: 0, examples: [] }
      this.skippedFiles.set(reason, entry)
    }
    entry.count++
    if (entry.examples.length < keptExamples) entry.examples.push(shown)
  }

  private problem(file: string, code: string, message: string): void {
    this.diagnostics.push({ level: 'error', code, message, file, line: 0, column: 0 })
  }
}

function kindOf(entry: Dirent | Stats): string {
  if (entry.isFIFO()) return 'named pipe'
  if (entry.isSocket()) return 'socket'
  if (entry.isCharacterDevice() || entry.isBlockDevice()) return 'device'
  return 'no file'
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // Gone since it was listed: reading it will say so.
    return path
  }
}

/** The first bytes of a regular file, or `undefined`. Never waits: what is no file any more is not read. */
function beginningOf(path: string, length: number): Uint8Array | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile()) return undefined
    const bytes = new Uint8Array(Math.min(stats.size, length))
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
  } catch {
    // The file is listed with its unit either way; a chart or kustomization is counted, not read.
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is gone',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many open files',
}

/** Why a file could not be read, in words. */
export function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error))
}
