export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'

/** From the gravest to the mildest: the order of every report. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info']

/** 0 is the gravest. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity)
}

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severityRank(severity) <= severityRank(threshold)
}
