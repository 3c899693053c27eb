import { remembered } from '../../lib/collections/remembered.ts'
import { knownSecretIn } from './known-formats.ts'

/** Why a text counts as a secret in plain sight. Never the text itself, nor a part of it. */
export interface PlainSecret {
  /** `format`: its shape gives it away. `name`: it stands under a name of a secret, or is the password of an address. */
  readonly by: 'format' | 'name' | 'address'
  /** What it is, for messages: `GitHub token`, `value of 12 characters`. */
  readonly what: string
}

/** Whether the value that stands under a name is a secret: of an environment variable, a key of a file, a flag. */
export function secretUnder(name: string, value: string): PlainSecret | undefined {
  const found = secretInText(value)
  if (found !== undefined) return found
  const kind = kindOfName(name)
  if (kind === undefined || isPlaceholder(value) || isHarmless(value)) return undefined
  // Under the name of a password every word is one; tokens and keys are told from names of objects by how they look.
  if (kind === 'key' && !looksRandom(value)) return undefined
  return { by: 'name', what: `value of ${value.length} characters` }
}

/** A secret that a text shows by itself, whatever it stands under. */
export function secretInText(text: string): PlainSecret | undefined {
  if (text.length < minSecretLength) return undefined
  const known = knownSecretIn(text)
  if (known !== undefined) return { by: 'format', what: known.name }
  return hasPasswordInAddress(text) ? { by: 'address', what: 'password in an address' } : undefined
}

/** Secrets in the lines of a text that reads like settings: `key=value`, `key: value`. */
export function secretInSettings(text: string): PlainSecret | undefined {
  const found = secretInText(text)
  if (found !== undefined) return found
  if (!secretWord.test(text)) return undefined
  for (const line of text.split('\n')) {
    if (line.length > maxLineLength || !secretWord.test(line)) continue
    const [, name, value] = settingLine.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    const secret = secretUnder(name, unquoted(value))
    if (secret !== undefined) return { ...secret, what: `${secret.what} under ${JSON.stringify(name)}` }
  }
  return undefined
}

/** Secrets among the words of a command: a flag with its value, an address, a known format. */
export function secretInCommand(words: readonly string[]): PlainSecret | undefined {
  for (const [i, word] of words.entries()) {
    const found = secretInText(word)
    if (found !== undefined) return found
    for (const [, flag, value] of word.matchAll(flagWithValue)) {
      const secret = secretUnder(flag!, unquoted(value!))
      if (secret?.by === 'name') return { ...secret, what: `${secret.what} of the flag ${flag}` }
    }
    const next = words[i + 1]
    if (!/^--?[A-Za-z][\w-]*$/.test(word) || next === undefined || next.startsWith('-')) continue
    const secret = secretUnder(word, next)
    if (secret?.by === 'name') return { ...secret, what: `${secret.what} of the flag ${word}` }
  }
  return undefined
}

const minSecretLength = 12
const maxLineLength = 2000
const secretWord = /pass|secret|token|key|credential|pwd/i
const settingLine = /^[\s\-"']*(?:export\s+)?([A-Za-z][\w.-]{0,80})["']?\s*[:=]\s*(\S.*)$/
const flagWithValue = /(?:^|\s)(--?[A-Za-z][\w-]{1,60})(?:=|\s+)("[^"]{1,500}"|'[^']{1,500}'|[^\s"'-]\S{0,500})/g

/** `password`: whatever stands under the name is one. `key`: a token, key or secret, or only the name of one. */
const kindOfName = remembered((name): 'password' | 'key' | undefined => {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '' && !ornaments.has(word) && !/^\d+$/.test(word))
  const last = words.at(-1)?.replace(/\d+$/, '')
  if (last === undefined) return undefined
  if (passwordWord.test(last)) return 'password'
  if (last === 'secret' || last === 'secrets' || last === 'token' || last === 'apikey' || last === 'credential')
    return 'key'
  const pair = `${words.at(-2) ?? ''} ${last}`
  return /^(api|access|private|secret|signing|encryption|master|shared|account|storage|auth) key$/.test(pair)
    ? 'key'
    : undefined
})

const passwordWord = /^(.*password|.*passwd|passphrase|.*pwd|(admin|db|root|user)?pass)$/

/** Words at the end of a name that say nothing of what stands under it. */
const ornaments: ReadonlySet<string> = new Set(['value', 'plain', 'dev', 'prod', 'test', 'staging', 'default', 'b64'])

// References to where the secret is kept, gaps that something fills in later, and words that ask for one.
function isPlaceholder(value: string): boolean {
  return (
    /^(\$|<|%|\{\{|\*|_{2}|@|#|!)|\$[({]|\{\{|^(ref\+|vault:|op:|gcp-sm:|awssm:|azkv:|arn:|ENC\[|projects\/)/.test(
      value,
    ) ||
    /^(x+|\.+|\*+|none|null|nil|undefined|todo|tbd|fixme|n\/a)$/i.test(value) ||
    /change[-_ ]?(me|this)|replace[-_ ]?(me|this|with)|your[-_ ]|placeholder|redacted|dummy|example|insert[-_ ]/i.test(
      value,
    )
  )
}

// Switches, paths, addresses without a password, times, and the like: settings about a secret, not the secret.
function isHarmless(value: string): boolean {
  return (
    value === '' ||
    /^(true|false|yes|no|on|off|enabled?|disabled?|required?|optional|auto|always|never|default|basic|bearer)$/i.test(
      value,
    ) ||
    /^(\.{0,2}\/|~\/|[A-Za-z]:\\)/.test(value) ||
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ||
    (/^\d+(\.\d+)?(ns|us|ms|s|m|h|d)?$/.test(value) && value.length < 4) ||
    /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)
  )
}

/** Long enough, of several kinds of characters, and not made of words as names of objects are. */
function looksRandom(value: string): boolean {
  if (value.length < minSecretLength || value.length > 400 || /\s/.test(value)) return false
  if (/^[a-z]+([-_.:/][a-z0-9]*)*$/i.test(value) && !/[A-Z].*[a-z].*[0-9]/.test(value)) return false
  return entropyOf(value) >= (/^[0-9a-f]+$/i.test(value) ? 3 : 3.5)
}

/** Shannon entropy in bits a character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

const passwordInAddress = /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/:@"'<>]{0,100}):([^\s/@"'<>]{1,200})@[^\s/"'<>@]/gi

function hasPasswordInAddress(text: string): boolean {
  if (!text.includes('://') || !text.includes('@')) return false
  for (const [, , password] of text.matchAll(passwordInAddress)) {
    if (!isPlaceholder(password!) && !/^(password|passwd|pass|pwd|secret|token)$/i.test(password!)) return true
  }
  return false
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*?)\1.*$/, '$2').replace(/[,;]\s*$/, '')
}
