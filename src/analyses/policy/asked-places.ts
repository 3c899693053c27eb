import type { JsonObject, JsonPath } from '../../lib/json/json-value.ts'
import { existingSteps } from './evidence.ts'

/** Places of one object that are to be located. Many rules object to the same container: each is asked for once. */
export class AskedPlaces {
  /** The part of each path that exists. */
  readonly paths: JsonPath[] = []
  private readonly object: JsonObject
  /** By the digest of a path: the latest place, and by place the one before of the same digest. */
  private readonly latest = new Map<number, number>()
  private readonly before: number[] = []

  constructor(object: JsonObject) {
    this.object = object
  }

  /** Where in `paths` the place of a path stands. */
  ask(path: JsonPath): number {
    const length = existingSteps(this.object, path)
    const digest = digestOf(path, length)
    const latest = this.latest.get(digest) ?? -1
    // To ask twice does no harm; to compare with every path that a hostile object makes look alike does.
    for (let known = latest, tries = 0; known >= 0 && tries < mostTries; known = this.before[known]!, tries++) {
      if (begins(path, length, this.paths[known]!)) return known
    }
    this.latest.set(digest, this.paths.length)
    this.before.push(latest)
    return this.paths.push(length === path.length ? path : path.slice(0, length)) - 1
  }
}

const mostTries = 8

/** A number that is mostly another one for another path, made of little. */
function digestOf(path: JsonPath, length: number): number {
  let digest = length
  for (let i = 0; i < length; i++) {
    const step = path[i]!
    const part = typeof step === 'number' ? step : step.length * 131 + step.charCodeAt(step.length - 1)
    digest = (Math.imul(digest, 31) + part) | 0
  }
  return digest
}

function begins(path: JsonPath, length: number, other: JsonPath): boolean {
  if (other.length !== length) return false
  for (let i = length - 1; i >= 0; i--) if (path[i] !== other[i]) return false
  return true
}
