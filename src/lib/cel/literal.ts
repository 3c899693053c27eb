import { bytesOf } from './text.ts'

/** The text of a string literal token, or the server's message when an escape denotes nothing. */
export function unquoteString(token: string): { readonly text: string } | { readonly error: string } {
  const { body, raw } = contentOf(token)
  if (raw || !body.includes('\\')) return { text: body }
  let text = ''
  for (let at = 0; at < body.length; ) {
    if (body[at] !== '\\') {
      text += body[at++]
      continue
    }
    const sequence = escapeAt(body, at)
    // Surrogates and values beyond U+10FFFF are no characters.
    if (sequence.value > 0x10ffff || (sequence.value >= 0xd800 && sequence.value <= 0xdfff))
      return { error: 'invalid unicode code point' }
    text += String.fromCodePoint(sequence.value)
    at = sequence.end
  }
  return { text }
}

/** The bytes of a bytes literal token; `\x` and octal escapes are bytes here, other text is UTF-8. */
export function unquoteBytes(token: string): { readonly bytes: Uint8Array } | { readonly error: string } {
  const { body, raw } = contentOf(token.slice(1))
  if (raw || !body.includes('\\')) return { bytes: bytesOf(body) }
  const bytes: number[] = []
  for (let at = 0; at < body.length; ) {
    if (body[at] !== '\\') {
      let end = body.indexOf('\\', at)
      if (end === -1) end = body.length
      for (const byte of bytesOf(body.slice(at, end))) bytes.push(byte)
      at = end
      continue
    }
    if (body[at + 1] === 'u' || body[at + 1] === 'U') return { error: 'unable to unescape string' }
    const sequence = escapeAt(body, at)
    bytes.push(sequence.value & 0xff)
    at = sequence.end
  }
  return { bytes: Uint8Array.from(bytes) }
}

function contentOf(token: string): { readonly body: string; readonly raw: boolean } {
  const raw = token[0] === 'r' || token[0] === 'R'
  let text = (raw ? token.slice(1) : token).replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  if (text.length >= 6 && (text.startsWith('"""') || text.startsWith("'''"))) text = text.slice(3, -3)
  else text = text.slice(1, -1)
  return { body: text, raw }
}

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  '`': 0x60,
  '?': 0x3f,
}

/** The lexer has already refused every malformed sequence, so this only computes values. */
function escapeAt(body: string, at: number): { readonly value: number; readonly end: number } {
  const c = body[at + 1]!
  const simple = SIMPLE[c]
  if (simple !== undefined) return { value: simple, end: at + 2 }
  if (c >= '0' && c <= '3') return { value: Number.parseInt(body.slice(at + 1, at + 4), 8), end: at + 4 }
  const width = c === 'u' ? 4 : c === 'U' ? 8 : 2
  return { value: Number.parseInt(body.slice(at + 2, at + 2 + width), 16), end: at + 2 + width }
}
