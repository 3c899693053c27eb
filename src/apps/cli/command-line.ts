import { CommanderError } from 'commander'
import { FileWriteError } from '../../adapters/fs/atomic-write.ts'
import { formatUserError, UserError } from '../user-error.ts'
import { buildProgram } from './commands.ts'
import { exitCode } from './exit-code.ts'

/** Runs one command line and returns its exit code. Results go to stdout, everything else to stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let code: number = exitCode.clean
  const program = buildProgram(status => {
    code = status
  })
  try {
    if (args.length === 0) {
      process.stderr.write(program.helpInformation())
      return exitCode.usage
    }
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return report(error, args)
  }
}

function report(error: unknown, args: readonly string[]): number {
  // Commander has already written its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.clean : exitCode.usage
  if (error instanceof UserError) {
    process.stderr.write(wantsJson(args) ? `${JSON.stringify(errorRecord(error))}\n` : `${formatUserError(error)}\n`)
    if (args.includes('--debug') && error.stack !== undefined) process.stderr.write(`${error.stack}\n`)
    return error.exitCode
  }
  if (error instanceof FileWriteError) {
    const next = 'check that the folder exists, is writable and has space'
    return report(new UserError('FILE_NOT_WRITTEN', error.message, { cause: error.cause, next }), args)
  }
  const fault = error instanceof Error ? error : new Error(String(error))
  process.stderr.write(
    `error INTERNAL: ${fault.message}\n  next:  this is a fault of Breakwater; run again with --debug and report what it prints\n`,
  )
  if (args.includes('--debug')) process.stderr.write(`${fault.stack}\n`)
  return exitCode.internal
}

function wantsJson(args: readonly string[]): boolean {
  return (
    args.some((arg, i) => /^(-o|--output)$/.test(arg) && /^(nd)?json\b/.test(args[i + 1] ?? '')) ||
    args.some(arg => /^(-o|--output=)(nd)?json\b/.test(arg))
  )
}

function errorRecord(error: UserError): object {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.place === undefined ? {} : { place: error.place }),
      ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
      ...(error.next === undefined ? {} : { next: error.next }),
    },
  }
}
