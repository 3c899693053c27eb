import type { Family } from '../../lib/ip/address.ts'
import { type AddressRanges, everyAddress } from '../../lib/ip/address-ranges.ts'

/** Addresses whose connections a way from outside lets in: those that surely come by it, and those that possibly do. */
export interface ClientAddresses {
  readonly must: Readonly<Record<Family, AddressRanges>>
  readonly may: Readonly<Record<Family, AddressRanges>>
}

const every = { 4: everyAddress(4), 6: everyAddress(6) } as const
const none = { 4: { family: 4, ranges: [] }, 6: { family: 6, ranges: [] } } as const

export const everyClient: ClientAddresses = { must: every, may: every }

/** Nothing is known of who is let in: nobody surely, everybody possibly. */
export const anyClientPossibly: ClientAddresses = { must: none, may: every }
