/** Where a path lies for a reader of URIs: relative to the folder of the scan, or absolute. */
export interface FileUri {
  readonly uri: string
  /** Whether `uri` is relative to the folder that the scan was started in. */
  readonly isRelative: boolean
}

/** RFC 3986 form of a path as it was given: every character that is not plain is percent-encoded, `./` is dropped. */
export function fileUri(path: string): FileUri {
  const drive = /^[A-Za-z]:\//.exec(path)
  const isAbsolute = path.startsWith('/') || drive !== null
  const segments = path
    .toWellFormed()
    .split('/')
    .filter((segment, i) => segment !== '.' && (segment !== '' || i === 0))
    .map(segment => encodeURIComponent(segment).replaceAll(/[!'()*]/g, percent))
  const encoded = segments.join('/')
  if (!isAbsolute) return { uri: encoded === '' ? '.' : encoded, isRelative: true }
  return {
    uri: drive === null ? `file://${encoded}` : `file:///${drive[0]}${segments.slice(1).join('/')}`,
    isRelative: false,
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
