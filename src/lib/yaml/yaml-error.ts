export type YamlErrorCode =
  | 'YAML_SYNTAX'
  | 'YAML_VALUE'
  | 'YAML_ALIAS'
  | 'YAML_ALIAS_LIMIT'
  | 'YAML_DEPTH_LIMIT'
  | 'YAML_NODE_LIMIT'
  | 'YAML_STRING_LIMIT'

/** A document that cannot be read, and where. The only thing that the readers of this folder throw. */
export class YamlError extends Error {
  readonly code: YamlErrorCode
  /** UTF-16 offset in the text that was read. */
  readonly offset: number

  constructor(code: YamlErrorCode, message: string, offset: number) {
    super(message)
    this.name = 'YamlError'
    this.code = code
    this.offset = offset
  }
}
