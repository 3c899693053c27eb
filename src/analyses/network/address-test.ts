import { type AddressValue, type Family, parseCidr } from '../../lib/ip/address.ts'
import {
  type AddressRanges,
  everyAddress,
  intersectRanges,
  rangesHold,
  rangesOfCidrs,
  subtractRanges,
} from '../../lib/ip/address-ranges.ts'
import type { Answer, CniProfile } from '../../model/cni-profile.ts'
import type { PeerId, RulePeer, UnknownReason } from '../../model/network.ts'
import { type Cluster, rangesNeverOfPods } from './cluster.ts'
import type { Match, NodeRecord } from './peer-records.ts'

type AddressPeer = RulePeer & { readonly kind: 'ipBlock' | 'networks' }

export interface AddressTest {
  readonly match: (peer: PeerId) => Match
  readonly candidates: () => Iterable<PeerId>
  readonly reason: UnknownReason
}

/** The addresses of an entry in one family: those it covers for sure, and those it covers at most. */
interface Coverage {
  readonly family: Family
  readonly least: AddressRanges
  readonly most: AddressRanges
  /** Before exceptions it is the whole family. */
  readonly isWhole: boolean
}

type ByFamily<T> = Readonly<Record<Family, T>>

function coverageOf(peer: AddressPeer, family: Family, cni: CniProfile): Coverage | undefined {
  const parse = (texts: readonly string[]) => texts.map(parseCidr).filter(cidr => cidr !== undefined)
  const most = rangesOfCidrs(family, parse(peer.kind === 'ipBlock' ? [peer.cidr] : peer.cidrs))
  if (most.ranges.length === 0) return undefined
  const least = subtractRanges(most, rangesOfCidrs(family, parse(peer.kind === 'ipBlock' ? peer.except : [])))
  // An engine that does not know `except` opens or closes the whole block.
  return { family, least, most: cni.except === 'yes' ? least : most, isWhole: isWhole(most) }
}

/**
 * Which peers have an address inside an entry's ranges. Whether an ipBlock is about pods and nodes at all is the network
 * engine's choice; `networks` always is (policy.networking.k8s.io). Boundaries of all ranges are cut in the atoms.
 */
export function addressTest(cluster: Cluster, cni: CniProfile, peer: AddressPeer): AddressTest {
  const isBlock = peer.kind === 'ipBlock'
  const forPods: Answer = isBlock ? cni.ipBlockMatchesPods : 'yes'
  const forNodes: Answer = isBlock ? cni.ipBlockMatchesNodes : 'yes'
  const coverage: ByFamily<Coverage | undefined> = { 4: coverageOf(peer, 4, cni), 6: coverageOf(peer, 6, cni) }
  const covered = [coverage[4], coverage[6]].filter(part => part !== undefined)
  const unplaced: ByFamily<Match> = { 4: unplacedMatch(cluster, coverage[4]), 6: unplacedMatch(cluster, coverage[6]) }
  const ofAddress = (family: Family, value: AddressValue): Match => {
    const part = coverage[family]
    if (part === undefined || !rangesHold(part.most, value)) return 'no'
    return rangesHold(part.least, value) && (family === 4 || cni.ipv6 === 'yes') ? 'yes' : 'maybe'
  }
  const ofAtom = (family: Family, atom: number): Match => ofAddress(family, cluster.atoms[family].firstOf(atom))
  const match = (id: PeerId): Match => {
    const record = cluster.records[id]!
    switch (record.kind) {
      case 'external':
        return ofAtom(record.family, record.atom)
      case 'class': {
        if (record.family === undefined || forPods === 'no') return 'no'
        const inside = record.atom < 0 ? unplaced[record.family] : ofAtom(record.family, record.atom)
        return weakened(inside, forPods)
      }
      case 'node':
        return weakened(nodeMatch(cluster, record, coverage, ofAddress), forNodes)
      case 'ingressController':
        return weakened(unanimous(cluster.options.podSpace.map(({ family }) => unplaced[family])), forPods)
      case 'fqdn':
        // A name stands for any outside address, of one family or both.
        return covered.filter(({ least }) => isWhole(least)).length === 2 ? 'yes' : covered.length > 0 ? 'maybe' : 'no'
    }
  }
  const candidates = function* (): Generator<PeerId> {
    for (const { family, most } of covered) {
      for (const atom of cluster.atoms[family].overlapping(most)) {
        yield cluster.atomPeers[family][atom]!
        if (forPods !== 'no') yield* cluster.classes.atAtom[family].get(atom) ?? []
      }
      if (forPods !== 'no' && unplaced[family] !== 'no') yield* cluster.classes.atAtom[family].get(-1) ?? []
    }
    yield* cluster.nodePeers.values()
    yield* cluster.namePeers.values()
    yield cluster.controller
  }
  return { match, candidates, reason: isBlock && forPods !== 'yes' ? 'cni' : 'pod-ip' }
}

function isWhole({ family, ranges }: AddressRanges): boolean {
  const all = everyAddress(family).ranges[0]!
  return ranges[0]?.from === all.from && ranges[0]?.to === all.to
}

/**
 * What holds of a pod whose address is not known. Where no address ranges of the cluster are given, a block narrower
 * than the whole family is taken to be about the outside.
 */
function unplacedMatch(cluster: Cluster, covered: Coverage | undefined): Match {
  const given = cluster.options.podSpace.find(space => space.family === covered?.family)
  if (covered === undefined || given === undefined) return 'no'
  const space = subtractRanges(given, rangesNeverOfPods(covered.family))
  if (subtractRanges(space, covered.least).ranges.length === 0) return 'yes'
  if (intersectRanges(space, covered.most).ranges.length === 0) return 'no'
  return isWhole(given) && !covered.isWhole ? 'no' : 'maybe'
}

function nodeMatch(
  cluster: Cluster,
  record: NodeRecord,
  coverage: ByFamily<Coverage | undefined>,
  ofAddress: (family: Family, value: AddressValue) => Match,
): Match {
  const addresses = cluster.addressesOf(record)
  if (addresses.length > 0) return unanimous(addresses.map(({ family, value }) => ofAddress(family, value)))
  if (coverage[4] !== undefined && isWhole(coverage[4].least)) return 'yes'
  return coverage[4] !== undefined || coverage[6] !== undefined ? 'maybe' : 'no'
}

/** With several addresses it is not known which one a connection uses. */
function unanimous(answers: readonly Match[]): Match {
  if (answers.length === 0 || answers.every(answer => answer === 'no')) return 'no'
  return answers.every(answer => answer === 'yes') ? 'yes' : 'maybe'
}

function weakened(answer: Match, engine: Answer): Match {
  if (engine === 'no' || answer === 'no') return 'no'
  return engine === 'yes' ? answer : 'maybe'
}
