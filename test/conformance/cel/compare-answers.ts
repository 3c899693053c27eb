import { format } from '../../../src/lib/cel/ext/format.ts'
import { admissionEnvironment, type CelValue, compile, parseJsonValue, printType } from '../../../src/lib/cel/index.ts'
import type { ServerAnswer } from './server-oracle.ts'

/** The fields of the object that recorded and differential expressions read. */
export const OBJECT_TEXT = JSON.stringify({
  data: { a: '1', b: 'two', empty: '' },
  i: 1,
  d: 1.5,
  s: 'text',
  u: 'é😀x',
  t: true,
  n: null,
  l: [1, 2, 3],
  sl: ['b', 'a', 'c'],
  m: { k: 'v', n: 2 },
  o: [{ name: 'a', v: 1 }, { name: 'b' }],
  e: [],
  em: {},
  mixed: [1, 'a', null, true, 1.5],
})

const environmentOf = (minor: number | undefined) =>
  admissionEnvironment({ purpose: 'new', authorizer: true, variables: {}, ...(minor !== undefined && { minor }) })
const newest = environmentOf(undefined)
const variables = {
  object: parseJsonValue(OBJECT_TEXT),
  oldObject: null,
  request: parseJsonValue('{}'),
  namespaceObject: parseJsonValue('{}'),
} as { readonly [name: string]: CelValue }

/** The same as `ownAnswer`, as a server of a minor version answers. */
export function ownAnswerOf(minor: number): (expr: string) => string {
  const environment = environmentOf(minor)
  return expr => ownAnswer(expr, environment)
}

/** Our answer to an expression, in the words in which `serverAnswer` puts the server's. */
export function ownAnswer(expr: string, environment = newest): string {
  const compiled = compile(expr, environment)
  if (!compiled.ok) return `refused ${compiled.at === undefined ? '' : `[${compiled.at}] `}${compiled.error}`
  const result = compiled.program.evaluate(variables)
  if (result.kind === 'error') return `error ${result.message}`
  if (result.kind !== 'value') return result.kind
  const text = format('%s:%s', [printType(result.value), result.value])
  return typeof text === 'string' ? `value ${text}` : 'value unprintable'
}

export function serverAnswer(answer: ServerAnswer): string {
  if (answer.kind === 'value') return `value ${answer.text}`
  if (answer.kind === 'error') return `error ${answer.message}`
  const placed = /compilation failed: ERROR: <input>:(-?\d+):(\d+): (.*?)(?:\n \||\nERROR|$)/su.exec(answer.message)
  if (placed === null) return `refused ${answer.message.replace(/^.*?: program instantiation failed: /su, '')}`
  const at = placed[1] === '-1' ? '' : `[${placed[1]},${placed[2]}] `
  return `refused ${at}${placed[3]}`
}

/** What a server makes crash or is a matter of its moment, its users and its memory. */
export const INCOMPARABLE = /request\.|namespaceObject|authorizer|object\.big|Int32Value|in \{'b': 1\}|\\[nt]/u
