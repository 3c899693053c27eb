/** One code of an error or diagnostic, explained. */
export interface ErrorCode {
  readonly code: string
  readonly meaning: string
  readonly next: string
}

export const errorCodes: readonly ErrorCode[] = []
