export interface JsonFault {
  readonly offset: number
  readonly message: string
}

/** What may come next in a JSON text. */
type State = keyof typeof wanted

const wanted = {
  value: 'a value',
  item: 'a value or "]"',
  entry: 'a key in double quotes or "}"',
  key: 'a key in double quotes',
  colon: '":"',
  after: '"," or the end of the list or map',
  end: 'nothing more',
} as const

/**
 * Where a text that `JSON.parse` refused stops being JSON. The engine names a position only for some errors. Looks at
 * every character once and keeps one bit a level.
 */
export function jsonFault(text: string): JsonFault {
  const isList: boolean[] = []
  let state = 'value' as State
  let at = 0
  for (;;) {
    blank.lastIndex = at
    at += blank.exec(text)![0].length
    const c = text[at]
    if (c === undefined) return { offset: text.length, message: 'unexpected end of JSON input' }
    let taken = 0
    let after: State | undefined
    if (c === '"' && state !== 'colon' && state !== 'after' && state !== 'end') {
      const end = stringEnd(text, at)
      if (typeof end !== 'number') return end
      taken = end - at
      after = state === 'key' || state === 'entry' ? 'colon' : undefined
    } else if ((c === '{' || c === '[') && (state === 'value' || state === 'item')) {
      isList.push(c === '[')
      taken = 1
      after = c === '[' ? 'item' : 'entry'
    } else if (state === 'value' || state === 'item') {
      bare.lastIndex = at
      taken = bare.exec(text)?.[0].length ?? 0
    }
    if (taken === 0) {
      const closes = isList.at(-1) ? ']' : '}'
      if (c === closes && (state === 'after' || state === 'item' || state === 'entry')) isList.pop()
      else if (c === ':' && state === 'colon') after = 'value'
      else if (c === ',' && state === 'after') after = isList.at(-1) ? 'value' : 'key'
      else return { offset: at, message: `unexpected ${JSON.stringify(c)}, expected ${wanted[state]}` }
      taken = 1
    }
    at += taken
    state = after ?? (isList.length === 0 ? 'end' : 'after')
  }
}

const blank = /[ \t\r\n]*/y
const bare = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y
const escapeForm = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Behind the closing quote of the string at `open`, or what is wrong with it. */
function stringEnd(text: string, open: number): number | JsonFault {
  for (let at = open + 1; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === 0x22) return at + 1
    if (c < 0x20) return { offset: at, message: 'a control character or line end inside a string' }
    if (c !== 0x5c) continue
    escapeForm.lastIndex = at
    if (!escapeForm.test(text)) return { offset: at, message: 'an unknown escape in a string' }
    at++
  }
  return { offset: text.length, message: 'unexpected end of JSON input' }
}
