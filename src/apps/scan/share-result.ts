import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Finding } from '../../model/finding.ts'
import type { Severity } from '../../model/severity.ts'
import type { Verdict } from '../../model/verdict.ts'
import { FindingBytes } from '../../report/ndjson-bytes.ts'
import { findingFilter } from './finding-filter.ts'
import type { ScanRequest } from './scan-request.ts'

/** What one thread found in its share of the files. Plain data. */
export interface ShareResult extends ShownFindings {
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly diagnostics: readonly (readonly [file: number, diagnostics: readonly Diagnostic[]])[]
  readonly objects: number
  readonly documents: { readonly read: number; readonly damaged: number; readonly skipped: number }
}

/** Findings that the user asked to see, in the form that was asked for. */
export interface ShownFindings {
  /** Findings by the index of their file; in the order of the file. */
  readonly findings: readonly (readonly [file: number, findings: readonly Finding[]])[]
  /** The same as lines of ndjson: `[file, start, end]` into `bytes`, where lines were asked for. */
  readonly lines:
    | { readonly bytes: Uint8Array<ArrayBuffer>; readonly spans: readonly (readonly [number, number, number])[] }
    | undefined
  readonly severities: Readonly<Record<Severity, number>>
}

/** Filters, orders and counts findings; `fileIndex` tells the place of a file among the inputs. */
export function shownFindings(
  all: readonly Finding[],
  fileIndex: (file: string) => number,
  request: ScanRequest,
): ShownFindings {
  const isShown = findingFilter(request.severity, request.where)
  const byFile = new Map<number, Finding[]>()
  const severities: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  for (const finding of all) {
    if (!isShown(finding)) continue
    if (finding.verdict === 'fail') severities[finding.severity]++
    const index = fileIndex(finding.locations[0]?.file ?? '')
    const list = byFile.get(index)
    if (list === undefined) byFile.set(index, [finding])
    else list.push(finding)
  }
  for (const list of byFile.values()) list.sort(inFileOrder)
  const findings = [...byFile].sort(([a], [b]) => a - b)
  const asLines = request.as === 'lines'
  return { findings: asLines ? [] : findings, lines: asLines ? linesOf(findings) : undefined, severities }
}

function inFileOrder(a: Finding, b: Finding): number {
  const [x, y] = [a.locations[0], b.locations[0]]
  return (
    (x?.line ?? 0) - (y?.line ?? 0) ||
    (x?.column ?? 0) - (y?.column ?? 0) ||
    (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0)
  )
}

function linesOf(files: readonly (readonly [number, readonly Finding[]])[]): NonNullable<ShareResult['lines']> {
  const writer = new FindingBytes()
  const parts: Uint8Array[] = []
  const spans: (readonly [number, number, number])[] = []
  let taken = 0
  for (const [file, findings] of files) {
    const start = taken + writer.length
    for (const finding of findings) {
      writer.add(finding)
      if (writer.length > 1 << 20) {
        const part = writer.take()
        taken += part.length
        parts.push(part)
      }
    }
    spans.push([file, start, taken + writer.length])
  }
  const rest = writer.take()
  taken += rest.length
  parts.push(rest)
  const bytes = new Uint8Array(taken)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { bytes, spans }
}
