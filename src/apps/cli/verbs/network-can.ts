import { writeAll } from '../../../adapters/process/write-stream.ts'
import { type CanAnswer, canConnect, decidersOf, readAskedPort } from '../../../analyses/network/questions/can.ts'
import type { JsonObject } from '../../../lib/json/json-value.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { portRecord } from '../../../report/network/connection-record.ts'
import { explainLines } from '../../../report/network/explain-text.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { type LoadedNetwork, loadNetwork } from '../network-input.ts'
import { askedPort, meantPeer, peerMeaning } from '../network-words.ts'
import { answerLines } from '../question-stream.ts'

/** `breakwater network can FROM TO`, and `--stdin` with one JSON question a line. */
export async function runNetworkCanVerb(words: readonly string[], flags: NetworkFlags): Promise<number> {
  if (flags.stdin === true) {
    const network = await loadNetwork(flags)
    await answerLines(line => answerLine(line, network))
    return network.code
  }
  const [from, to] = words
  if (from === undefined || to === undefined || words.length > 2) {
    throw new UserError('WRONG_QUESTION', 'a question names two peers', {
      next: 'breakwater network can shop/web shop/database --port 5432 -f deploy/',
    })
  }
  const port = askedPort(flags.port)
  const network = await loadNetwork(flags)
  const dst = meantPeer(to, network)
  const answer = canConnect(network.view, meantPeer(from, network).ends, dst.ends, port, dst.service)
  const record = answerRecord(answer)
  const text =
    flags.output === 'json' || flags.output === 'ndjson'
      ? `${JSON.stringify(record, null, flags.output === 'json' ? 2 : undefined)}\n`
      : textOf(answer)
  await writeAll(process.stdout, [text])
  if (flags.expect !== undefined && flags.expect !== answer.verdict) return exitCode.findings
  return network.code
}

/** Pairs that are told one by one; what is beyond is counted. */
const maxPairs = 60

function textOf(answer: CanAnswer): string {
  const { pairs } = answer
  const lines = [`${answer.verdict}${answer.reason === '' ? '' : ` (${answer.reason})`}`]
  lines.push('', ...explainLines(pairs.slice(0, maxPairs)))
  if (pairs.length > maxPairs) {
    const count = (verdict: string) => pairs.filter(pair => pair.verdict.answer === verdict).length
    lines.push(
      '',
      `${pairs.length} pairs: ${count('allow')} allowed, ${count('deny')} denied, ${count('unknown')} unknown`,
    )
  }
  return `${escapeLines(lines)}\n`
}

export function escapeLines(lines: readonly string[]): string {
  return lines.map(line => escapeTerminal(line)).join('\n')
}

function answerRecord(answer: CanAnswer) {
  const deciders = answer.pairs.flatMap(({ explanation }) => (explanation === undefined ? [] : decidersOf(explanation)))
  const by = [...new Map(deciders.map(one => [JSON.stringify(one), one])).values()]
  const open = answer.pairs.flatMap(({ open: ports, src, dst }) =>
    ports === undefined
      ? []
      : [{ from: src.label, to: dst.label, open: portRecord(ports.must), possibly: portRecord(ports.may) }],
  )
  return {
    verdict: answer.verdict,
    ...(answer.reason === '' ? {} : { reason: answer.reason }),
    by,
    ...(open.length === 0 ? {} : { connections: open }),
  }
}

function answerLine(line: JsonObject, network: LoadedNetwork): object {
  const { from, to, port: portText } = line
  const id = line['id'] ?? null
  const refuse = (reason: string) => ({ id, verdict: 'unknown', reason, by: [] })
  if (typeof from !== 'string' || typeof to !== 'string') return refuse('from and to name two peers')
  const isAsked = portText !== undefined && portText !== null
  const port = isAsked ? readAskedPort(String(portText)) : undefined
  if (isAsked && port === undefined) return refuse(`"${String(portText)}" is no port`)
  const src = peerMeaning(from, network)
  const dst = peerMeaning(to, network)
  if (src.kind === 'nothing') return refuse(src.message)
  if (dst.kind === 'nothing') return refuse(dst.message)
  return { id, ...answerRecord(canConnect(network.view, src.ends, dst.ends, port, dst.service)) }
}
