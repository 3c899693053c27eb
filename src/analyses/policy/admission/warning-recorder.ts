/** Warning headers are cut so that all of a response stay below this many characters ... */
const MAX_TOTAL = 4 * 1024
/** ... by cutting each to this many. */
const MAX_CUT = 256

/**
 * The warnings of one response as the API server sends them: each text once, none with control characters (a header
 * cannot carry them), and all of them cut from the moment on at which they exceed the total.
 */
export class WarningRecorder {
  private readonly recorded = new Set<string>()
  private sent: string[] = []
  private written = 0
  private isCutting = false

  add(text: string): void {
    if (text === '' || (this.written >= MAX_TOTAL && this.isCutting) || this.recorded.has(text)) return
    this.recorded.add(text)
    const shown = this.isCutting ? cut(text) : text
    if (hasControlCharacter(shown)) return
    const length = lengthOf(shown)
    if (this.written + length <= MAX_TOTAL || this.isCutting) {
      this.written += length
      this.sent.push(shown)
      return
    }
    this.isCutting = true
    this.written = 0
    this.sent = []
    for (const earlier of this.recorded) {
      const short = cut(earlier)
      if (hasControlCharacter(short)) continue
      this.written += lengthOf(short)
      this.sent.push(short)
    }
  }

  get warnings(): readonly string[] {
    return this.sent
  }
}

function cut(text: string): string {
  return text.length <= MAX_CUT ? text : [...text].slice(0, MAX_CUT).join('')
}

function lengthOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
