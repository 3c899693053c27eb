export type JsonErrorCode = 'JSON_SYNTAX' | 'JSON_VALUE' | 'JSON_DEPTH_LIMIT' | 'JSON_STRING_LIMIT'

/** A JSON text that cannot be read, and where. */
export class JsonError extends Error {
  readonly code: JsonErrorCode
  /** UTF-16 offset in the text that was read. */
  readonly offset: number

  constructor(code: JsonErrorCode, message: string, offset: number) {
    super(message)
    this.name = 'JsonError'
    this.code = code
    this.offset = offset
  }
}
