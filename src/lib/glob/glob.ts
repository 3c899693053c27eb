/** A compiled path pattern. Matching takes time in proportion to pattern times path, whatever the pattern. */
export interface Glob {
  matches(path: string): boolean
}

/**
 * Patterns over `/`-separated paths: `*` and `?` within a segment, `**` over segments, `[a-z]`. As in ignore files, a
 * pattern without a slash means a name at any depth, and what matches a folder covers everything in it.
 */
export function globOf(pattern: string): Glob {
  const trimmed = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  const segments = trimmed.split('/').filter(segment => segment !== '')
  const anchored = segments.length > 1 || trimmed.startsWith('/') ? segments : ['**', ...segments]
  return {
    matches: path =>
      matchSegments(
        anchored,
        path.split('/').filter(segment => segment !== '' && segment !== '.'),
      ),
  }
}

/** Whether the path, or a folder that holds it, fits. */
function matchSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // reach[i]: the first i pattern segments can have taken the path so far.
  let reach = pattern.map((_, i) => pattern.slice(0, i).every(segment => segment === '**'))
  reach.push(pattern.every(segment => segment === '**'))
  for (const name of path) {
    const next = new Array<boolean>(pattern.length + 1).fill(false)
    for (let i = 0; i < pattern.length; i++) {
      if (!reach[i]) continue
      if (pattern[i] === '**') next[i] = true
      else if (matchSegment(pattern[i]!, name)) next[i + 1] = true
    }
    for (let i = 0; i < pattern.length; i++) if (next[i] && pattern[i] === '**') next[i + 1] = true
    if (next[pattern.length]) return true
    reach = next
  }
  return false
}

/** One segment; after a mismatch only the last `*` is widened, which suffices. */
function matchSegment(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let starAt = -1
  let starName = 0
  while (n < name.length) {
    const width = p < pattern.length ? matchOne(pattern, p, name[n]!) : 0
    if (pattern[p] === '*') {
      starAt = p++
      starName = n
    } else if (width > 0) {
      p += width
      n++
    } else if (starAt >= 0) {
      p = starAt + 1
      n = ++starName
    } else return false
  }
  while (pattern[p] === '*') p++
  return p >= pattern.length
}

/** How many pattern characters match the one character; 0 if none. */
function matchOne(pattern: string, at: number, c: string): number {
  const first = pattern[at]
  if (first === '?') return 1
  if (first === '[') {
    const close = pattern.indexOf(']', at + 2)
    if (close > 0) {
      const body = pattern.slice(at + 1, close)
      const isNegated = body.startsWith('!') || body.startsWith('^')
      return inSet(isNegated ? body.slice(1) : body, c) !== isNegated ? close - at + 1 : 0
    }
  }
  return first === c ? 1 : 0
}

function inSet(body: string, c: string): boolean {
  for (let i = 0; i < body.length; i++) {
    if (body[i + 1] === '-' && i + 2 < body.length) {
      if (c >= body[i]! && c <= body[i + 2]!) return true
      i += 2
    } else if (body[i] === c) return true
  }
  return false
}
