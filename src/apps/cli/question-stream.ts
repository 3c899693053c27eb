import { createInterface } from 'node:readline'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json/json-value.ts'
import { exitCode } from './exit-code.ts'

/** Answers each line of standard input as soon as it was read, in order, exactly one line each. */
export async function answerLines(answer: (line: JsonObject) => object): Promise<number> {
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === '') continue
    process.stdout.write(`${JSON.stringify(answerOf(text, answer))}\n`)
  }
  return exitCode.clean
}

function answerOf(text: string, answer: (line: JsonObject) => object): object {
  let line: JsonValue
  try {
    line = JSON.parse(text) as JsonValue
  } catch (error) {
    return refusal(`the line is no JSON: ${(error as Error).message}`)
  }
  return isJsonObject(line) ? answer(line) : refusal('the line is no JSON object')
}

function refusal(error: string): object {
  return { id: null, verdict: 'unknown', by: [], errors: [error] }
}
