/**
 * An error that a person can act on: what was attempted, on what, why it failed, what to do next. It is printed without
 * a stack. Anything that is thrown and is not one of these is a fault of the program (exit code 70).
 */
export class UserError extends Error {
  readonly code: string
  /** What to do next, a sentence in lower case. */
  readonly next: string | undefined
  /** `file:line:column` where the error has a place. */
  readonly place: string | undefined
  readonly exitCode: number

  constructor(
    code: string,
    message: string,
    details: { next?: string | undefined; place?: string | undefined; cause?: unknown; exitCode?: number } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'UserError'
    this.code = code
    this.next = details.next
    this.place = details.place
    this.exitCode = details.exitCode ?? 2
  }
}

/** The text of an error for stderr: `error CODE: what` with `cause:` and `next:` lines where there are any. */
export function formatUserError(error: UserError): string {
  const place = error.place === undefined ? '' : `${error.place}  `
  const lines = [`${place}error ${error.code}: ${error.message}`]
  if (error.cause instanceof Error) lines.push(`  cause: ${error.cause.message}`)
  if (error.next !== undefined) lines.push(`  next:  ${error.next}`)
  return lines.join('\n')
}
