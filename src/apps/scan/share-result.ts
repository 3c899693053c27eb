import type { Diagnostic } from '../../model/diagnostic.ts'
import { decodedFinding, type EncodedFinding } from '../../model/encoded-finding.ts'
import type { Finding } from '../../model/finding.ts'
import type { Severity } from '../../model/severity.ts'
import type { Verdict } from '../../model/verdict.ts'
import { FindingBytes } from '../../report/ndjson-bytes.ts'
import { type FindingFilter, findingFilter } from './finding-filter.ts'
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
  /** The same as lines of ndjson, where lines were asked for. */
  readonly lines: readonly FileLines[] | undefined
  readonly severities: Readonly<Record<Severity, number>>
}

/** Lines of one file; several follow one another where there are many. */
export type FileLines = readonly [file: number, lines: Uint8Array<ArrayBuffer>]

/** Takes findings in the order of their files, filters and counts them. */
export class ShowFindings {
  private readonly filter: FindingFilter
  private readonly fileIndex: (file: string) => number
  private readonly asLines: boolean
  private readonly severities: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  private readonly findings: [number, Finding[]][] = []
  private readonly writer = new FindingBytes()
  private readonly blocks: (readonly [block: Uint8Array<ArrayBuffer>, spans: readonly Span[]])[] = []
  private spans: Span[] = []
  private path: string | undefined
  private file = -1

  /** `fileIndex` tells the place of a file among the inputs. */
  constructor(request: ScanRequest, fileIndex: (file: string) => number) {
    this.filter = findingFilter(request.severity, request.where)
    this.asLines = request.as === 'lines'
    this.fileIndex = fileIndex
  }

  add(finding: Finding): void {
    if (!this.filter.reaches(finding.severity)) return
    if (this.filter.holds !== undefined && !this.filter.holds(finding)) return
    this.enter(finding)
    if (!this.asLines) this.findings.at(-1)![1].push(finding)
    else {
      this.writer.add(finding)
      this.wrote()
    }
  }

  /** A finding that nobody looks into becomes a line as it is. */
  addEncoded(finding: EncodedFinding): void {
    if (!this.filter.reaches(finding.severity)) return
    if (!this.asLines || this.filter.holds !== undefined) this.add(decodedFinding(finding))
    else {
      this.enter(finding)
      this.writer.addEncoded(finding)
      this.wrote()
    }
  }

  result(): ShownFindings {
    this.closeBlock()
    const lines = this.blocks.flatMap(([block, spans]) =>
      spans.map(([file, start, end]): FileLines => [file, block.subarray(start, end)]),
    )
    return { findings: this.findings, lines: this.asLines ? lines : undefined, severities: this.severities }
  }

  private enter({ verdict, severity, locations }: Finding | EncodedFinding): void {
    if (verdict === 'fail') this.severities[severity]++
    const path = locations[0]?.file ?? ''
    if (path !== this.path) {
      this.path = path
      const file = this.fileIndex(path)
      if (file !== this.file && !this.asLines) this.findings.push([file, []])
      if (file !== this.file) this.spans.push([file, this.writer.length, this.writer.length])
      this.file = file
    } else if (this.spans.length === 0) this.spans.push([this.file, 0, 0])
  }

  private wrote(): void {
    this.spans.at(-1)![2] = this.writer.length
    if (this.writer.length > blockLength) this.closeBlock()
  }

  private closeBlock(): void {
    if (this.writer.length > 0) this.blocks.push([this.writer.take(), this.spans])
    this.spans = []
    this.path = undefined
    this.file = -1
  }
}

const blockLength = 1 << 20

type Span = [file: number, start: number, end: number]

/** Findings in the order in which `ShowFindings` takes them. */
export function inPlaceOrder(findings: readonly Finding[], fileIndex: (file: string) => number): readonly Finding[] {
  const placed = findings.map(finding => {
    const [first] = finding.locations
    return { finding, first, file: fileIndex(first?.file ?? '') }
  })
  placed.sort((a, b) => {
    const [x, y] = [a.first, b.first]
    return (
      a.file - b.file ||
      (x?.line ?? 0) - (y?.line ?? 0) ||
      (x?.column ?? 0) - (y?.column ?? 0) ||
      (a.finding.ruleId < b.finding.ruleId ? -1 : a.finding.ruleId > b.finding.ruleId ? 1 : 0)
    )
  })
  return placed.map(({ finding }) => finding)
}
