/** Bounds of one document. Every reader of untrusted text takes them; each breach is a coded, located error. */
export interface YamlLimits {
  /** UTF-8 bytes of one document or List item. */
  readonly maxDocumentBytes: number
  /** Nested lists and maps. */
  readonly maxDepth: number
  /** Nodes of a document that only the complete reader takes; it is ten times slower than the fast one. */
  readonly maxSlowNodes: number
  /** Nodes that aliases and merge keys add to a document. */
  readonly maxAliasNodes: number
  /** Documents of one stream. */
  readonly maxDocuments: number
  /** UTF-8 bytes of one string. */
  readonly maxStringBytes: number
}

export const defaultYamlLimits: YamlLimits = {
  maxDocumentBytes: 16 * 1024 * 1024,
  maxDepth: 256,
  maxSlowNodes: 500_000,
  maxAliasNodes: 100_000,
  maxDocuments: 100_000,
  maxStringBytes: 4 * 1024 * 1024,
}

/** Whether `text` takes more than `max` bytes as UTF-8; looks at characters only where the length leaves it open. */
export function isLongerThanBytes(text: string, max: number): boolean {
  if (text.length > max) return true
  if (text.length * 3 <= max) return false
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    // Both halves of a surrogate pair count two, four together.
    bytes += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 2 : 3
  }
  return bytes > max
}
