import type { Diagnostic } from '../../model/diagnostic.ts'

export interface DecodedText {
  /** `undefined` where the bytes are no text. */
  readonly text: string | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** How many bytes are looked at to tell text from something else. */
const probeLength = 1024

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Bytes of a file as text, as kubectl takes them: UTF-8, or UTF-16 with a byte-order mark. Invalid UTF-8 becomes
 * U+FFFD and is reported; UTF-16 without a mark and binary files are refused.
 */
export function decodeText(file: string, bytes: Uint8Array): DecodedText {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  if (isLittle || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const text = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { ignoreBOM: true }).decode(bytes.subarray(2))
    return { text: withoutMark(text), diagnostics: [] }
  }
  const nul = bytes.indexOf(0)
  if (nul >= 0 && nul < probeLength) return { text: undefined, diagnostics: [notText(file, bytes)] }
  const text = withoutMark(utf8.decode(bytes))
  const bad = text.indexOf('\ufffd')
  if (bad < 0 || isValidUtf8(bytes)) return { text, diagnostics: [] }
  const lineStart = text.lastIndexOf('\n', bad - 1) + 1
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < bad; at = text.indexOf('\n', at + 1)) line++
  const message = 'bytes that are not UTF-8 are read as U+FFFD; save the file as UTF-8'
  const column = bad - lineStart + 1
  return { text, diagnostics: [{ level: 'error', code: 'READ_INVALID_UTF8', message, file, line, column }] }
}

/** Text in the form that the readers take: line feeds only, and one at the end. Lines and columns stay. */
export function withLineFeeds(text: string): string {
  const unix = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
  return unix.endsWith('\n') ? unix : `${unix}\n`
}

export function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function isValidUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Text of mostly ASCII in UTF-16 shows as every other byte being zero. */
function notText(file: string, bytes: Uint8Array): Diagnostic {
  const length = Math.min(bytes.length, probeLength) & ~1
  let even = 0
  let odd = 0
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++
    if (bytes[i + 1] === 0) odd++
  }
  const isWide = length >= 4 && Math.max(even, odd) > length * 0.3 && Math.min(even, odd) < length * 0.1
  return {
    level: 'error',
    code: isWide ? 'READ_UTF16_WITHOUT_MARK' : 'READ_BINARY',
    message: isWide
      ? 'looks like UTF-16 without a byte-order mark, which no reader can be sure of; save the file as UTF-8'
      : 'is a binary file: it holds NUL bytes',
    file,
    line: 1,
    column: 1,
  }
}
