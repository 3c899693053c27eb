/** What the process says to the program that called it. */
export const exitCode = {
  clean: 0,
  findings: 1,
  usage: 2,
  nothingToScan: 3,
  incomplete: 4,
  internal: 70,
} as const

/** Findings beat incompleteness, because they are certain; an empty input is said only where nothing else is. */
export function scanExitCode(outcome: {
  readonly hasFindingsAtThreshold: boolean
  readonly isIncomplete: boolean
  readonly hasInput: boolean
}): number {
  if (outcome.hasFindingsAtThreshold) return exitCode.findings
  if (outcome.isIncomplete) return exitCode.incomplete
  return outcome.hasInput ? exitCode.clean : exitCode.nothingToScan
}
