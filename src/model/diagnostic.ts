/** Something in the input that could not be read or must be said about it. It has a place and a stable code. */
export interface Diagnostic {
  /** `error`: part of the input is missing from the answer. `warning`: read, but worth a word. */
  readonly level: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly file: string
  /** From 1; 0 where the diagnostic is about the whole file. */
  readonly line: number
  /** From 1; 0 where the diagnostic is about the whole file. */
  readonly column: number
}

/** `file:line:column  error  CODE: text`, the form that is written to stderr. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.line > 0 ? `${d.file}:${d.line}:${d.column}` : d.file
  return `${place}  ${d.level}  ${d.code}: ${d.message}`
}
