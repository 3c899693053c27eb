import { didYouMean } from '../../lib/text/did-you-mean.ts'
import { formatNames } from '../../report/format-names.ts'
import { UserError } from '../user-error.ts'

/** One result to write: a format, and the file it goes to or stdout. */
export interface Output {
  readonly format: string
  readonly file: string | undefined
}

/** Reads `-o FORMAT[=FILE]` values. At most one goes to stdout, and no two to the same file. */
export function parseOutputs(values: readonly string[], standard: string): readonly Output[] {
  const outputs = values.map(parseOutput)
  const toStdout = outputs.filter(output => output.file === undefined)
  if (toStdout.length > 1) {
    throw new UserError(
      'TWO_OUTPUTS_TO_STDOUT',
      `both ${toStdout[0]!.format} and ${toStdout[1]!.format} would go to standard output`,
      {
        next: 'give all but one a file: -o FORMAT=FILE',
      },
    )
  }
  const files = outputs.flatMap(output => output.file ?? [])
  const twice = files.find((file, i) => files.indexOf(file) !== i)
  if (twice !== undefined) throw new UserError('TWO_OUTPUTS_TO_FILE', `two formats would be written to ${twice}`)
  return values.length === 0 ? [{ format: standard, file: undefined }] : outputs
}

function parseOutput(value: string): Output {
  const equals = value.indexOf('=')
  const format = equals < 0 ? value : value.slice(0, equals)
  const file = equals < 0 ? undefined : value.slice(equals + 1)
  if (!formatNames.some(name => name === format)) {
    const [near] = didYouMean(format, formatNames)
    throw new UserError('UNKNOWN_FORMAT', `there is no output format "${format}"`, {
      next: near === undefined ? `formats: ${formatNames.join(', ')}` : `did you mean ${near}?`,
    })
  }
  if (file === '') throw new UserError('UNKNOWN_FORMAT', `"${value}" names no file`, { next: `write ${format}=FILE` })
  return { format, file: file === '-' ? undefined : file }
}
