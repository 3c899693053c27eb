import type { Finding } from '../model/finding.ts'

/**
 * A second identity of a finding, bound to its file: the same finding in a file that was renamed has the same fingerprint
 * and another location hash. 64 bits of FNV-1a are enough to match results of one repository; it protects nothing.
 */
export function locationHash(finding: Finding): string {
  let text = `${finding.fingerprint.length}:${finding.fingerprint}`
  for (const { file, key } of finding.locations) text += `${file.length}:${file}${key.length}:${key}`
  return fnv1a64(text)
}

/** FNV-1a over UTF-16 units, in 16-bit limbs because a 64-bit product exceeds what a number holds exactly. */
function fnv1a64(text: string): string {
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2]
  for (let i = 0; i < text.length; i++) {
    a ^= text.charCodeAt(i)
    // The prime is 2^40 + 0x1b3: each limb times 0x1b3, and the two lowest once more, 40 bits up.
    const a2 = a * 0x1b3
    const b2 = b * 0x1b3 + (a2 >>> 16)
    const c2 = c * 0x1b3 + ((a << 8) & 0xffffff) + (b2 >>> 16)
    const d2 = d * 0x1b3 + ((b << 8) & 0xffffff) + (c2 >>> 16)
    a = a2 & 0xffff
    b = b2 & 0xffff
    c = c2 & 0xffff
    d = d2 & 0xffff
  }
  return [d, c, b, a].map(limb => limb.toString(16).padStart(4, '0')).join('')
}
