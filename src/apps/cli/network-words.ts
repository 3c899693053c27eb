import { metadataEndpoints } from '../../adapters/fs/metadata-endpoints.ts'
import { type AskedPort, readAskedPort } from '../../analyses/network/questions/can.ts'
import { type Meaning, type MeantEnd, meaningOf } from '../../analyses/network/questions/peer-words.ts'
import { UserError } from '../user-error.ts'
import type { LoadedNetwork } from './network-input.ts'

/** What a peer of the command line means; an error that says what is there where it means nothing. */
export function meantPeer(word: string, network: LoadedNetwork): Extract<Meaning, { kind: 'ends' }> {
  const meaning = peerMeaning(word, network)
  if (meaning.kind === 'nothing') throw new UserError('UNKNOWN_PEER', meaning.message, { next: meaning.next })
  return meaning
}

export function peerMeaning(word: string, network: LoadedNetwork): Meaning {
  const meaning = meaningOf(word, network.view, {
    services: network.services,
    metadata: metadataEndpoints().map(({ address }) => address),
  })
  return meaning.kind === 'ends' && meaning.ends.length === 0
    ? {
        kind: 'nothing',
        message: `"${word}" means no end of a connection here`,
        next: 'completed pods hold no address',
      }
    : meaning
}

export function meantEnds(word: string, network: LoadedNetwork): readonly MeantEnd[] {
  return meantPeer(word, network).ends
}

export function askedPort(text: string | undefined): AskedPort | undefined {
  if (text === undefined) return undefined
  const asked = readAskedPort(text)
  if (asked === undefined)
    throw new UserError('INVALID_PORT', `"${text}" is no port`, {
      next: 'write TCP/443, 443, UDP/53, TCP/http or ICMP',
    })
  return asked
}
