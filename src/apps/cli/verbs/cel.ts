import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CelValue } from '../../../lib/cel/index.ts'
import { evaluateLine, LineError, parseJsonValue, parseLine } from '../../../lib/cel/index.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { readManifest } from '../../../read/manifests/read-manifest.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import type { CelFlags } from '../verb-flags.ts'

type Variables = Record<string, CelValue>

/** `breakwater cel`: one expression, a file that holds one, or a stream of them, evaluated as a policy would. */
export async function runCelVerb(expression: string | undefined, flags: CelFlags): Promise<number> {
  if (flags.stdin === true) return answerLines()
  const source = expression ?? (flags.file === undefined ? undefined : readFile(flags.file))
  if (source === undefined)
    throw new UserError('NO_EXPRESSION', 'no expression was given', {
      next: "write it in quotes: breakwater cel 'size([1, 2]) == 2', or use --file or --stdin",
    })
  if (flags.target !== undefined && !/^v?1\.\d{1,3}(\.\d+)?$/.test(flags.target)) {
    throw new UserError('INVALID_TARGET', `"${flags.target}" is no Kubernetes minor`, {
      next: 'use a minor such as 1.37',
    })
  }
  const answer = evaluateLine({ id: null, expr: source, vars: variablesOf(flags), target: flags.target })
  if (flags.output === 'json' || process.stdout.isTTY !== true) {
    process.stdout.write(`${answer.replace('"id":null,', '')}\n`)
    return /"ok":true/.test(answer.slice(0, 30)) ? exitCode.clean : exitCode.findings
  }
  return show(source, answer)
}

/** A small playground: value, type and cost, or the place of the mistake. */
function show(source: string, answer: string): number {
  const result = JSON.parse(answer) as {
    ok: boolean
    type?: string
    cost?: number
    stage?: string
    error?: string
    at?: [number, number]
  }
  if (result.ok) {
    const value = answer.slice(answer.indexOf('"value":') + 8, answer.lastIndexOf(',"type":'))
    process.stdout.write(`${escapeTerminal(value)}\n  type ${result.type}   cost ${result.cost} of 1,000,000\n`)
    return exitCode.clean
  }
  if (result.at !== undefined) {
    const [line, column] = result.at
    process.stdout.write(
      `  ${escapeTerminal(source.split('\n')[line - 1] ?? '')}\n  ${' '.repeat(Math.max(0, column - 1))}^\n`,
    )
  }
  const stage =
    {
      parse: 'does not parse',
      check: 'is refused when it is written',
      eval: 'fails when it is evaluated',
      cost: 'costs too much',
    }[result.stage ?? ''] ?? 'fails'
  process.stdout.write(`${stage}: ${escapeTerminal(result.error ?? '')}\n`)
  return exitCode.findings
}

/** Answers each line as soon as it was read, in order, exactly one line each. */
async function answerLines(): Promise<number> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const text of lines) {
    if (text.trim() === '') continue
    const line = parseLine(text)
    const answer =
      line instanceof LineError
        ? JSON.stringify({ id: idOf(text), ok: false, stage: 'parse', error: line.message })
        : evaluateLine(line)
    process.stdout.write(`${answer}\n`)
  }
  return exitCode.clean
}

function idOf(text: string): unknown {
  try {
    const line = JSON.parse(text) as { id?: unknown } | null
    return line?.id ?? null
  } catch {
    return null
  }
}

function variablesOf(flags: CelFlags): Variables {
  const variables: Variables = {}
  if (flags.object !== undefined) variables['object'] = objectIn(flags.object)
  if (flags.old !== undefined) variables['oldObject'] = objectIn(flags.old)
  if (flags.params !== undefined) variables['params'] = objectIn(flags.params)
  for (const pair of flags.var ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 1)
      throw new UserError('INVALID_VARIABLE', `"${pair}" is no name=JSON`, {
        next: 'write --var params=\'{"max": 3}\'',
      })
    try {
      variables[pair.slice(0, equals)] = parseJsonValue(pair.slice(equals + 1))
    } catch (cause) {
      throw new UserError('INVALID_VARIABLE', `the value of --var ${pair.slice(0, equals)} is no JSON`, { cause })
    }
  }
  return variables
}

/** The first document of a file, as every analysis reads it. */
function objectIn(file: string): CelValue {
  const reading = readManifest(file, readFile(file))
  const [problem] = reading.diagnostics
  if (problem !== undefined)
    throw new UserError('INPUT_UNREADABLE', problem.message, { place: `${file}:${problem.line}:${problem.column}` })
  const [first] = reading.manifests
  if (first === undefined) throw new UserError('INPUT_UNREADABLE', `${file} holds no object`)
  return (first.kind === 'object' ? first.object : first.value) as CelValue
}

function readFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new UserError('INPUT_UNREADABLE', `${file} cannot be read`, { cause })
  }
}
