import { goQuote } from '../ext/format.ts'
import { bytesOf } from '../text.ts'
import { AddressError, parseAddress } from './address.ts'

/** The parts of a URL as Go's `net/url` keeps them; escaped texts hold one character a byte where they are raw. */
export interface Url {
  readonly scheme: string
  readonly opaque: string
  readonly user: string | undefined
  readonly host: string
  readonly path: Uint8Array
  readonly rawPath: string
  readonly forceQuery: boolean
  readonly rawQuery: string
  readonly fragment: string
  readonly omitHost: boolean
}

/** What keeps a text from being a URL, as the server words it. */
export class UrlError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

type Part = 'path' | 'host' | 'zone' | 'user' | 'query' | 'fragment'

/** Go's `ParseRequestURI`, which decides what counts as a URL. */
export function parseRequestUri(text: string): Url | UrlError {
  const url = parse(text, true)
  return url instanceof UrlError ? new UrlError(`parse ${goQuote(text)}: ${url.message}`) : url
}

/** Go's `Parse`, which also splits off the fragment. */
export function parseUrl(text: string): Url | UrlError {
  const hash = text.indexOf('#')
  const before = hash === -1 ? text : text.slice(0, hash)
  const url = parse(before, false)
  if (url instanceof UrlError) return new UrlError(`parse ${goQuote(before)}: ${url.message}`)
  const fragment = hash === -1 ? '' : text.slice(hash + 1)
  const bad = fragment === '' ? undefined : percentDecoded(fragment, 'fragment')
  return bad instanceof UrlError ? new UrlError(`parse ${goQuote(text)}: ${bad.message}`) : { ...url, fragment }
}

function parse(text: string, viaRequest: boolean): Url | UrlError {
  if (/[\x00-\x1f\x7f]/u.test(text)) return new UrlError('net/url: invalid control character in URL')
  if (text === '' && viaRequest) return new UrlError('empty url')
  const url = {
    scheme: '',
    opaque: '',
    user: undefined as string | undefined,
    host: '',
    path: new Uint8Array() as Uint8Array,
    rawPath: '',
    forceQuery: false,
    rawQuery: '',
    fragment: '',
    omitHost: false,
  }
  if (text === '*') return { ...url, path: bytesOf('*') }
  let rest = text
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*)?:/u.exec(text)
  if (scheme !== null) {
    if (scheme[1] === undefined) return new UrlError('missing protocol scheme')
    url.scheme = scheme[1].toLowerCase()
    rest = text.slice(scheme[0].length)
  }
  const question = rest.indexOf('?')
  if (question === rest.length - 1 && question !== -1) {
    url.forceQuery = true
    rest = rest.slice(0, -1)
  } else if (question !== -1) {
    url.rawQuery = rest.slice(question + 1)
    rest = rest.slice(0, question)
  }
  if (!rest.startsWith('/')) {
    if (url.scheme !== '') return { ...url, opaque: rest }
    if (viaRequest) return new UrlError('invalid URI for request')
    if (rest.split('/')[0]!.includes(':')) return new UrlError('first path segment in URL cannot contain colon')
  }
  if ((url.scheme !== '' || (!viaRequest && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    const authority = parseAuthority(url.scheme, slash === -1 ? rest.slice(2) : rest.slice(2, slash))
    if (authority instanceof UrlError) return authority
    url.user = authority.user
    url.host = authority.host
    rest = slash === -1 ? '' : rest.slice(slash)
  } else if (url.scheme !== '' && rest.startsWith('/')) url.omitHost = true
  const path = percentDecoded(rest, 'path')
  if (path instanceof UrlError) return path
  return { ...url, path, rawPath: percentEncoded(path, 'path') === rest ? '' : rest }
}

function parseAuthority(scheme: string, authority: string): { user: string | undefined; host: string } | UrlError {
  const at = authority.lastIndexOf('@')
  const host = parseHost(scheme, authority.slice(at + 1))
  if (host instanceof UrlError) return host
  if (at === -1) return { user: undefined, host }
  const user = authority.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/u.test(user)) return new UrlError('net/url: invalid userinfo')
  const bad = percentDecoded(user, 'user')
  return bad instanceof UrlError ? bad : { user, host }
}

function parseHost(scheme: string, host: string): string | UrlError {
  const open = host.lastIndexOf('[')
  if (open > 0) return new UrlError('invalid IP-literal')
  if (open === 0) return parseLiteralHost(host)
  const first = host.indexOf(':')
  if (first !== -1) {
    const last = host.lastIndexOf(':')
    const port = host.slice(scheme === 'http' || scheme === 'https' ? first : last)
    if (!isOptionalPort(port)) return new UrlError(`invalid port ${goQuote(port)} after host`)
  }
  return unescapedText(host, 'host')
}

function parseLiteralHost(host: string): string | UrlError {
  const close = host.lastIndexOf(']')
  if (close === -1) return new UrlError("missing ']' in host")
  const port = host.slice(close + 1)
  if (!isOptionalPort(port)) return new UrlError(`invalid port ${goQuote(port)} after host`)
  const name = host.slice(1, close)
  const zone = name.indexOf('%25')
  const parts =
    zone === -1
      ? [unescapedText(name, 'host')]
      : [unescapedText(name.slice(0, zone), 'host'), unescapedText(name.slice(zone), 'zone')]
  let literal = ''
  for (const part of parts) {
    if (part instanceof UrlError) return part
    literal += part
  }
  const address = parseAddress(literal)
  if (address instanceof AddressError) return new UrlError(`invalid host: ${address.message}`)
  return address.address.length === 4 ? new UrlError('invalid IP-literal') : `[${literal}]${port}`
}

function isOptionalPort(port: string): boolean {
  return port === '' || /^:\d*$/u.test(port)
}

export function hostName(host: string): string {
  const [name] = splitPort(host)
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

export function portOf(host: string): string {
  return splitPort(host)[1]
}

function splitPort(host: string): readonly [name: string, port: string] {
  const colon = host.lastIndexOf(':')
  return colon !== -1 && isOptionalPort(host.slice(colon)) ? [host.slice(0, colon), host.slice(colon + 1)] : [host, '']
}

export function escapedPath(url: Url): string {
  if (url.rawPath !== '' && /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]%/]*$/u.test(url.rawPath)) return url.rawPath
  const text = percentEncoded(url.path, 'path')
  return url.path.length === 1 && url.path[0] === 0x2a ? '*' : text
}

export function formatUrl(url: Url): string {
  let text = url.scheme === '' ? '' : `${url.scheme}:`
  if (url.opaque !== '') text += url.opaque
  else {
    const hasAuthority = url.scheme !== '' || url.host !== '' || url.user !== undefined
    if (hasAuthority && !(url.omitHost && url.host === '' && url.user === undefined)) {
      if (url.host !== '' || url.path.length > 0 || url.user !== undefined) text += '//'
      if (url.user !== undefined) text += `${url.user}@`
      text += percentEncoded(bytesOf(url.host), 'host')
    }
    const path = escapedPath(url)
    if (path !== '' && path[0] !== '/' && url.host !== '') text += '/'
    if (text === '' && path.split('/')[0]!.includes(':')) text += './'
    text += path
  }
  if (url.forceQuery || url.rawQuery !== '') text += `?${url.rawQuery}`
  return url.fragment === '' ? text : `${text}#${url.fragment}`
}

/** Query parameters in order; pairs that do not decode are dropped. */
export function queryOf(url: Url): Map<string, string[]> {
  const query = new Map<string, string[]>()
  for (const pair of url.rawQuery.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const key = unescapedText(equals === -1 ? pair : pair.slice(0, equals), 'query')
    const value = unescapedText(equals === -1 ? '' : pair.slice(equals + 1), 'query')
    if (typeof key !== 'string' || typeof value !== 'string') continue
    const known = query.get(key)
    if (known === undefined) query.set(key, [value])
    else known.push(value)
  }
  return query
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function unescapedText(text: string, part: Part): string | UrlError {
  const bytes = percentDecoded(text, part)
  return bytes instanceof UrlError ? bytes : decoder.decode(bytes)
}

const HOST_CHARACTER = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/u

function percentDecoded(text: string, part: Part): Uint8Array | UrlError {
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '%') {
      const code = text.slice(i, i + 3)
      if (!/^%[0-9a-fA-F]{2}$/u.test(code)) return new UrlError(`invalid URL escape ${goQuote(code)}`)
      const byte = Number.parseInt(code.slice(1), 16)
      if (part === 'host' && byte < 0x80 && code !== '%25') return new UrlError(`invalid URL escape ${goQuote(code)}`)
      if (part === 'zone' && code !== '%25' && byte !== 0x20 && !HOST_CHARACTER.test(String.fromCharCode(byte)))
        return new UrlError(`invalid URL escape ${goQuote(code)}`)
      i += 2
    } else if ((part === 'host' || part === 'zone') && c < '\x80' && !HOST_CHARACTER.test(c))
      return new UrlError(`invalid character ${goQuote(c)} in host name`)
  }
  const bytes: number[] = []
  for (let i = 0; i < text.length; ) {
    const c = text[i]!
    if (c === '%') {
      bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16))
      i += 3
    } else if (c === '+' && part === 'query') {
      bytes.push(0x20)
      i++
    } else {
      const end = text.slice(i + 1).search(/[%+]/u)
      const stop = end === -1 ? text.length : i + 1 + end
      for (const byte of bytesOf(text.slice(i, stop))) bytes.push(byte)
      i = stop
    }
  }
  return Uint8Array.from(bytes)
}

function percentEncoded(bytes: Uint8Array, part: 'path' | 'host'): string {
  const kept = part === 'path' ? /[A-Za-z0-9\-_.~$&+,/:;=@]/u : HOST_CHARACTER
  let text = ''
  for (const byte of bytes) {
    const c = String.fromCharCode(byte)
    text += byte < 0x80 && kept.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
