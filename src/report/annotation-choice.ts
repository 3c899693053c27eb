import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { type Severity, severities } from '../model/severity.ts'
import { isOpen } from './scan-words.ts'

/** The findings that a CI runner shows as annotations: the gravest of each level, as many as the runner takes. */
export function annotated<Level extends string>(
  report: Report,
  levelOf: Readonly<Record<Severity, Level>>,
  most: number,
): { readonly chosen: readonly { readonly level: Level; readonly finding: Finding }[]; readonly omitted: number } {
  const open = report.findings.filter(isOpen)
  const counts = new Map<Level, number>()
  const chosen: { readonly level: Level; readonly finding: Finding }[] = []
  for (const severity of severities) {
    for (const finding of open) {
      if (finding.severity !== severity) continue
      // What is not decided is no error, whatever it would be if it failed.
      const level = levelOf[finding.verdict === 'unknown' ? 'medium' : severity]
      const shown = counts.get(level) ?? 0
      if (shown >= most) continue
      counts.set(level, shown + 1)
      chosen.push({ level, finding })
    }
  }
  return { chosen, omitted: open.length - chosen.length }
}

/** Both GitHub and Azure stop showing annotations of one type after ten. */
export const mostAnnotations = 10
