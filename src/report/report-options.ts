import type { ColorLevel } from '../lib/text/style.ts'

/** What a renderer may know beside the report. Every renderer takes all of it and uses what concerns it. */
export interface ReportOptions {
  /** Columns of the terminal; 80 where it is not known. */
  readonly width?: number | undefined
  readonly color?: ColorLevel | undefined
  /**
   * A line of an input file, numbered from 1, without its line break. `undefined` where the line is not to be had: the
   * report then shows the place alone.
   */
  readonly sourceLine?: SourceLine | undefined
  /** `every`: a frame for each finding. `rules`: one section a rule. `auto` decides by how many there are. */
  readonly detail?: 'auto' | 'every' | 'rules' | undefined
  /** Whether `compact` and `csv`-like line formats end with a summary for people; `true` by default where it applies. */
  readonly summary?: boolean | undefined
  /** The paths as they were given, for the commands that a report suggests. */
  readonly paths?: readonly string[] | undefined
  /** Upper bound of a Markdown report in characters; code hosts refuse longer comments. */
  readonly maxLength?: number | undefined
}

export type SourceLine = (file: string, line: number) => string | undefined
