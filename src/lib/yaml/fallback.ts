import type { JsonPath, JsonValue } from '../json/json-value.ts'
import { setOwn } from '../json/own-property.ts'
import { composeDocument } from './compose.ts'
import { isLongerThanBytes, type YamlLimits } from './limits.ts'
import { isAmbiguousScalar, longTagPrefix, plainKey, plainScalar, taggedKey, taggedScalar } from './scalar.ts'
import type { ScalarNode, YamlNode } from './tree.ts'
import { YamlError } from './yaml-error.ts'

export interface DuplicateKey {
  readonly key: string
  /** UTF-16 offset of the later key, which wins. */
  readonly offset: number
  readonly path: JsonPath
}

/** A plain scalar that readers of YAML 1.2 take for something else than Kubernetes does. */
export interface AmbiguousScalar {
  readonly text: string
  /** What it is for Kubernetes; a key is its text. */
  readonly value: JsonValue
  readonly isKey: boolean
  readonly path: JsonPath
}

export interface CompleteReading {
  readonly value: JsonValue
  readonly duplicates: readonly DuplicateKey[]
  readonly ambiguous: readonly AmbiguousScalar[]
  /** UTF-16 offset of the root node. */
  readonly start: number
}

/**
 * Reads one document with every feature of YAML 1.1 that Kubernetes takes: anchors, aliases, merge keys, tags,
 * directives, complex keys. Slow and complete; `scan.ts` hands over what it does not take itself. Throws `YamlError`.
 */
export function readCompletely(text: string, limits: YamlLimits): CompleteReading {
  const root = composeDocument(text, limits)
  if (root === undefined) return { value: null, duplicates: [], ambiguous: [], start: text.length }
  const builder = new Builder(limits)
  const value = builder.value(root)
  builder.refuseWhatJsonLacks(value, root)
  return { value, duplicates: builder.duplicates, ambiguous: builder.ambiguous, start: root.start }
}

/** So many of a document's duplicate keys and ambiguous scalars are told; more tell nothing new. */
const maxNotes = 100

type MutableObject = { [key: string]: JsonValue }

class Builder {
  readonly duplicates: DuplicateKey[] = []
  readonly ambiguous: AmbiguousScalar[] = []
  /** Where the value stands that is being read. */
  private readonly path: (string | number)[] = []
  private readonly limits: YamlLimits
  private readonly openAliases = new Set<YamlNode>()
  private aliasDepth = 0
  private depth = 0
  private aliasNodes = 0
  private nodes = 0
  /** Objects with a null key, and where it stands; an error only where the object is part of the result. */
  private readonly nullKeys = new Map<JsonValue, number>()
  private hasNonFinite = false

  constructor(limits: YamlLimits) {
    this.limits = limits
  }

  value(node: YamlNode): JsonValue {
    this.count(node)
    switch (node.kind) {
      case 'alias':
        return this.throughAlias(node, target => this.value(target))
      case 'scalar':
        return this.scalar(node)
      case 'sequence': {
        this.enter(node)
        const items = node.items.map((item, i) => this.valueAt(i, item))
        this.depth--
        return items
      }
      case 'mapping': {
        const object: MutableObject = {}
        this.fill(object, node, true)
        return object
      }
    }
  }

  private valueAt(step: string | number, node: YamlNode): JsonValue {
    this.path.push(step)
    const value = this.value(node)
    this.path.pop()
    return value
  }

  /** What has no JSON form makes the document an error, unless a later duplicate replaced it. */
  refuseWhatJsonLacks(value: JsonValue, root: YamlNode): void {
    if (this.nullKeys.size === 0 && !this.hasNonFinite) return
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new YamlError('YAML_VALUE', '.inf and .nan have no JSON form', firstNonFinite(root) ?? root.start)
    }
    if (typeof value !== 'object' || value === null) return
    const offset = this.nullKeys.get(value)
    if (offset !== undefined) throw new YamlError('YAML_VALUE', 'a map key must not be null', offset)
    for (const inner of Object.values(value)) this.refuseWhatJsonLacks(inner, root)
  }

  private fill(object: MutableObject, node: YamlNode, isOwn: boolean): void {
    if (node.kind !== 'mapping') return
    this.enter(node)
    const seen = isOwn ? new Set<string>() : undefined
    for (const [keyNode, valueNode] of node.entries) {
      if (isMergeKey(keyNode)) {
        this.merge(object, valueNode)
        continue
      }
      const key = this.key(keyNode, object)
      const value = this.valueAt(key ?? '', valueNode)
      if (key === undefined) continue
      if (seen !== undefined) {
        if (seen.has(key) && this.duplicates.length < maxNotes)
          this.duplicates.push({ key, offset: keyNode.start, path: [...this.path, key] })
        seen.add(key)
      }
      setOwn(object, key, value)
    }
    this.depth--
  }

  // Merge keys apply where they stand: what follows overwrites, what came before is overwritten.
  private merge(object: MutableObject, node: YamlNode): void {
    if (node.kind === 'sequence') {
      for (const item of node.items.toReversed()) {
        if (item.kind === 'sequence') throw notMergeable(item)
        this.merge(object, item)
      }
      return
    }
    const target = node.kind === 'alias' ? node.target : node
    if (target.kind !== 'mapping') throw notMergeable(node)
    this.count(node)
    if (node.kind === 'alias') {
      this.throughAlias(node, mapping => {
        this.count(mapping)
        this.fill(object, mapping, false)
        return null
      })
    } else this.fill(object, node, false)
  }

  private key(node: YamlNode, object: JsonValue): string | undefined {
    this.count(node)
    if (node.kind === 'alias') {
      let key: string | undefined
      this.throughAlias(node, target => {
        key = this.key(target, object)
        return null
      })
      return key
    }
    if (node.kind !== 'scalar') {
      this.value(node)
      throw new YamlError('YAML_VALUE', 'a map key must be a scalar', node.start)
    }
    if (node.tag === '') {
      const key = node.isPlain ? plainKey(node.value) : node.value
      if (key === undefined) this.nullKeys.set(object, node.start)
      else if (node.isPlain && key !== node.value) this.noteAmbiguous(node.value, key, true, [...this.path, key])
      return this.bounded(key, node)
    }
    const key = taggedKey(node.tag, node.value)
    if (typeof key === 'object') throw new YamlError('YAML_VALUE', key.problem, node.start)
    if (key === undefined) this.nullKeys.set(object, node.start)
    return this.bounded(key, node)
  }

  private scalar(node: ScalarNode): JsonValue {
    let value: JsonValue
    if (node.tag === '') {
      value = node.isPlain ? plainScalar(node.value) : node.value
      if (typeof value !== 'string') this.noteAmbiguous(node.value, value, false, this.path)
    } else {
      const tagged = taggedScalar(node.tag, node.value)
      if ('problem' in tagged) throw new YamlError('YAML_VALUE', tagged.problem, node.start)
      value = tagged.value
    }
    if (typeof value === 'number' && !Number.isFinite(value)) this.hasNonFinite = true
    return this.bounded(value, node)
  }

  private noteAmbiguous(text: string, value: JsonValue, isKey: boolean, path: JsonPath): void {
    // What an alias repeats was told where it stands.
    if (this.aliasDepth > 0 || this.ambiguous.length >= maxNotes || !isAmbiguousScalar(text)) return
    this.ambiguous.push({ text, value, isKey, path: [...path] })
  }

  private bounded<T>(value: T, node: YamlNode): T {
    if (typeof value === 'string' && isLongerThanBytes(value, this.limits.maxStringBytes)) {
      const message = `a string is longer than ${this.limits.maxStringBytes} bytes`
      throw new YamlError('YAML_STRING_LIMIT', message, node.start)
    }
    return value
  }

  private throughAlias(node: YamlNode & { kind: 'alias' }, use: (target: YamlNode) => JsonValue): JsonValue {
    if (this.openAliases.has(node)) {
      throw new YamlError('YAML_ALIAS', `anchor '${node.name}' value contains itself`, node.start)
    }
    this.openAliases.add(node)
    this.aliasDepth++
    const value = use(node.target)
    this.aliasDepth--
    this.openAliases.delete(node)
    return value
  }

  // Aliases can nest a document deeper than its text does.
  private enter(node: YamlNode): void {
    if (++this.depth > this.limits.maxDepth) {
      const message = `nested deeper than ${this.limits.maxDepth} levels`
      throw new YamlError('YAML_DEPTH_LIMIT', message, node.start)
    }
  }

  private count(node: YamlNode): void {
    this.nodes++
    if (this.aliasDepth === 0) return
    this.aliasNodes++
    if (this.aliasNodes > this.limits.maxAliasNodes) {
      const message = `aliases add more than ${this.limits.maxAliasNodes} nodes`
      throw new YamlError('YAML_ALIAS_LIMIT', message, node.start)
    }
    // The ratio above which the reference reader refuses a document.
    if (this.aliasNodes > 100 && this.nodes > 1000 && this.aliasNodes / this.nodes > allowedAliasRatio(this.nodes)) {
      throw new YamlError('YAML_ALIAS_LIMIT', 'document contains excessive aliasing', node.start)
    }
  }
}

function allowedAliasRatio(nodes: number): number {
  const low = 400_000
  const high = 4_000_000
  if (nodes <= low) return 0.99
  if (nodes >= high) return 0.1
  return 0.99 - 0.89 * ((nodes - low) / (high - low))
}

export function isMergeKey(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.isPlain || node.tag === `${longTagPrefix}merge`)
}

function notMergeable(node: YamlNode): YamlError {
  return new YamlError('YAML_VALUE', 'map merge requires map or sequence of maps as the value', node.start)
}

function firstNonFinite(node: YamlNode): number | undefined {
  switch (node.kind) {
    case 'scalar': {
      const value = node.isPlain ? plainScalar(node.value) : null
      return typeof value === 'number' && !Number.isFinite(value) ? node.start : undefined
    }
    case 'sequence':
      for (const item of node.items) {
        const offset = firstNonFinite(item)
        if (offset !== undefined) return offset
      }
      return undefined
    case 'mapping':
      for (const [, value] of node.entries) {
        const offset = firstNonFinite(value)
        if (offset !== undefined) return offset
      }
      return undefined
    case 'alias':
      return undefined
  }
}
