import type { Sha256 } from '../../lib/hash/hash.ts'
import { fingerprintOf } from '../../model/encoded-finding.ts'
import type { ObjectRef } from '../../model/subject.ts'

/**
 * The identity of a finding, or of one of its elements: what stays equal when code moves. Every part is preceded by its
 * length, so that no two different lists of parts read alike.
 */
export function fingerprint(
  sha256: Sha256,
  ruleId: string,
  subject: ObjectRef,
  origin: string,
  elementKey: string,
): string {
  return fingerprintOf(sha256(ruleIdPart(ruleId) + placePart(subject, origin) + elementPart(elementKey)))
}

// The same in parts, of which many findings share the first ones.

export function ruleIdPart(ruleId: string): string {
  return part(ruleId)
}

export function placePart({ group, kind, namespace, name }: ObjectRef, origin: string): string {
  return part(group) + part(kind) + part(namespace) + part(name) + part(origin)
}

export function elementPart(elementKey: string): string {
  return part(elementKey)
}

function part(text: string): string {
  return `${text.length}:${text};`
}

/** A number that stands for an identity in sets that travel between threads: 53 bits, equal for equal text. */
export function identityNumber(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
