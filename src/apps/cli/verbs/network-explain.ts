import { writeAll } from '../../../adapters/process/write-stream.ts'
import { type AskedPort, canConnect, decidersOf, type PairAnswer } from '../../../analyses/network/questions/can.ts'
import type { MeantEnd } from '../../../analyses/network/questions/peer-words.ts'
import { protocols } from '../../../model/network.ts'
import { portRecord } from '../../../report/network/connection-record.ts'
import { explainLines } from '../../../report/network/explain-text.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { loadNetwork } from '../network-input.ts'
import { askedPort, meantPeer } from '../network-words.ts'
import { escapeLines } from './network-can.ts'

/** `breakwater network explain FROM TO`. */
export async function runNetworkExplainVerb(from: string, to: string, flags: NetworkFlags): Promise<number> {
  const port = askedPort(flags.port)
  const network = await loadNetwork(flags)
  const src = meantPeer(from, network)
  const dst = meantPeer(to, network)
  const ask = (asked: AskedPort | undefined) => canConnect(network.view, src.ends, dst.ends, asked, dst.service).pairs
  const pairs =
    port === undefined ? [...ask(undefined), ...worthAsking(ask(undefined), dst.ends).flatMap(ask)] : ask(port)
  const text =
    flags.output === 'json'
      ? `${JSON.stringify({ pairs: pairs.map(pairRecord) }, null, 2)}\n`
      : `${escapeLines(explainLines(pairs))}\n`
  await writeAll(process.stdout, [text])
  return network.code
}

const maxPorts = 6

/** Ports whose reasons a person wants to see where none was named: the declared ones, else the first open one. */
function worthAsking(pairs: readonly PairAnswer[], ends: readonly MeantEnd[]): readonly AskedPort[] {
  const declared = new Map<string, AskedPort>()
  for (const { pods } of ends)
    for (const pod of pods)
      for (const { protocol, port } of pod.ports) declared.set(`${protocol}/${port}`, { protocol, port })
  if (declared.size > 0) return [...declared.values()].slice(0, maxPorts)
  for (const { open } of pairs) {
    for (const protocol of protocols) {
      const [range] = open?.may.ranges[protocol] ?? []
      if (range !== undefined) return [{ protocol, port: range[0] }]
    }
  }
  return [{ protocol: 'TCP', port: 80 }]
}

function pairRecord(pair: PairAnswer) {
  const { src, dst, verdict, port, open, explanation, missingPort, wayIn } = pair
  return {
    from: src.label,
    to: dst.label,
    verdict: verdict.answer,
    ...(verdict.answer === 'unknown' ? { reasons: verdict.reasons } : {}),
    ...(port === undefined ? {} : { port: port.protocol === undefined ? 'ICMP' : `${port.protocol}/${port.port}` }),
    ...(open === undefined ? {} : { open: portRecord(open.must), possibly: portRecord(open.may) }),
    ...(missingPort === undefined ? {} : { missingPort }),
    ...(wayIn === undefined ? {} : { wayIn }),
    ...(explanation === undefined
      ? {}
      : { by: decidersOf(explanation), egress: explanation.egress, ingress: explanation.ingress }),
  }
}
