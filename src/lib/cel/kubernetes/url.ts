import { define, type Library, member, overload } from '../functions.ts'
import { BOOL, type CelType, listType, mapType, objectType, STRING } from '../types.ts'
import { CelError, type CelValue, KubernetesValue, MapBuilder, NO_SUCH_OVERLOAD } from '../values.ts'
import {
  escapedPath,
  formatUrl,
  hostName,
  parseRequestUri,
  parseUrl,
  portOf,
  queryOf,
  type Url,
  UrlError,
} from './url-syntax.ts'

const URL_TYPE = objectType('kubernetes.URL')

class UrlValue extends KubernetesValue {
  readonly url: Url

  constructor(url: Url) {
    super()
    this.url = url
  }

  get type(): CelType {
    return URL_TYPE
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof UrlValue ? this.display() === other.display() : NO_SUCH_OVERLOAD
  }

  display(): string {
    return formatUrl(this.url)
  }
}

function toUrl(text: CelValue | undefined): CelValue {
  for (const parse of [parseRequestUri, parseUrl]) {
    const url = parse(text as string)
    if (url instanceof UrlError) return new CelError(`URL parse error during conversion from string: ${url.message}`)
    if (parse === parseUrl) return new UrlValue(url)
  }
  return NO_SUCH_OVERLOAD
}

const text = (name: string, id: string, read: (url: Url) => string) =>
  define(
    name,
    member(id, [URL_TYPE], STRING, value => read((value as UrlValue).url)),
  )

export const URL_LIBRARY: Library = {
  name: 'kubernetes.urls',
  functions: [
    define('url', overload('string_to_url', [STRING], URL_TYPE, toUrl)),
    text('getScheme', 'url_get_scheme', url => url.scheme),
    text('getHost', 'url_get_host', url => url.host),
    text('getHostname', 'url_get_hostname', url => hostName(url.host)),
    text('getPort', 'url_get_port', url => portOf(url.host)),
    text('getEscapedPath', 'url_get_escaped_path', escapedPath),
    define(
      'getQuery',
      member('url_get_query', [URL_TYPE], mapType(STRING, listType(STRING)), value => {
        const builder = new MapBuilder()
        for (const [key, values] of queryOf((value as UrlValue).url)) builder.set(key, values)
        return builder.build()
      }),
    ),
    define(
      'isURL',
      overload('is_url_string', [STRING], BOOL, value => !(parseRequestUri(value as string) instanceof UrlError)),
    ),
  ],
}
