import type { YamlLimits } from './limits.ts'
import { longTagPrefix } from './scalar.ts'
import { type Mark, type Token, TokenScanner } from './tokens.ts'
import { YamlError } from './yaml-error.ts'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly start: Mark
  readonly end: Mark
  readonly value: string
  /** Resolved tag, empty where none is written. */
  readonly tag: string
  /** Plain, so that its text decides what it is. */
  readonly isPlain: boolean
}

export interface AliasNode {
  readonly kind: 'alias'
  readonly start: Mark
  readonly end: Mark
  readonly name: string
  readonly target: YamlNode
}

export interface SequenceNode {
  readonly kind: 'sequence'
  readonly start: Mark
  readonly end: Mark
  readonly items: readonly YamlNode[]
}

export interface MappingNode {
  readonly kind: 'mapping'
  readonly start: Mark
  readonly end: Mark
  readonly entries: readonly (readonly [key: YamlNode, value: YamlNode])[]
}

export type YamlNode = ScalarNode | AliasNode | SequenceNode | MappingNode

export type TreeLimits = Pick<YamlLimits, 'maxDepth' | 'maxSlowNodes'>

/** What the YAML reader of Kubernetes refuses to see anywhere in a document. */
const disallowed = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * The tree of one document, or `undefined` where it is empty. Text after the root or after `...` is not read, as the
 * reference reader stops there.
 */
export function composeDocument(text: string, limits: TreeLimits): YamlNode | undefined {
  const bad = text.search(disallowed)
  const composer = new Composer(bad < 0 ? text : text.slice(0, bad), limits)
  const node = composer.document()
  if (bad >= 0 && composer.position >= bad) throw badCharacter(text, bad)
  return node
}

function badCharacter(text: string, offset: number): YamlError {
  const code = text.codePointAt(offset)!.toString(16).toUpperCase().padStart(4, '0')
  return new YamlError('YAML_SYNTAX', `control characters are not allowed: U+${code}`, offset)
}

class Composer {
  private readonly scanner: TokenScanner
  private readonly limits: TreeLimits
  private nodes = 0
  private readonly anchors = new Map<string, YamlNode>()
  private readonly tagPrefixes = new Map<string, string>()
  private depth = 0

  constructor(text: string, limits: TreeLimits) {
    this.scanner = new TokenScanner(text)
    this.limits = limits
  }

  get position(): number {
    return this.scanner.position
  }

  document(): YamlNode | undefined {
    this.scanner.take()
    let token = this.scanner.peek()
    if (token.kind === 'stream-end') return undefined
    const isExplicit =
      token.kind === 'version-directive' || token.kind === 'tag-directive' || token.kind === 'document-start'
    this.directives()
    let node: YamlNode
    if (isExplicit) {
      token = this.scanner.peek()
      if (token.kind !== 'document-start') throw problem('did not find expected <document start>', token)
      this.scanner.take()
      token = this.scanner.peek()
      const isEmpty =
        token.kind === 'version-directive' ||
        token.kind === 'tag-directive' ||
        token.kind === 'document-start' ||
        token.kind === 'document-end' ||
        token.kind === 'stream-end'
      node = isEmpty ? emptyScalar(token.start) : this.node(true, false)
    } else node = this.node(true, false)
    // The reference looks one token ahead, so a broken one right behind the document breaks the document.
    this.scanner.peek()
    return node
  }

  private directives(): void {
    let hasVersion = false
    for (;;) {
      const token = this.scanner.peek()
      if (token.kind === 'version-directive') {
        if (hasVersion) throw problem('found duplicate %YAML directive', token)
        // Kubernetes refuses every version but 1.1; the content is read the same way whatever is declared.
        if (token.value !== '1') throw problem('found incompatible YAML document', token)
        hasVersion = true
      } else if (token.kind === 'tag-directive') {
        if (this.tagPrefixes.has(token.value)) throw problem('found duplicate %TAG directive', token)
        this.tagPrefixes.set(token.value, token.suffix)
      } else break
      this.scanner.take()
    }
    if (!this.tagPrefixes.has('!')) this.tagPrefixes.set('!', '!')
    if (!this.tagPrefixes.has('!!')) this.tagPrefixes.set('!!', longTagPrefix)
  }

  private node(isBlock: boolean, takesIndentless: boolean): YamlNode {
    let token = this.scanner.peek()
    const start = token.start
    if (++this.nodes > this.limits.maxSlowNodes) {
      const message = `more than ${this.limits.maxSlowNodes} values in a document with anchors, tags or rare syntax`
      throw new YamlError('YAML_NODE_LIMIT', message, start.offset)
    }
    if (token.kind === 'alias') {
      this.scanner.take()
      const target = this.anchors.get(token.value)
      if (target === undefined) {
        throw new YamlError('YAML_ALIAS', `unknown anchor '${token.value}' referenced`, start.offset)
      }
      return { kind: 'alias', start, end: token.end, name: token.value, target }
    }
    let anchor: string | undefined
    let tagToken: Token | undefined
    let end = start
    for (let i = 0; i < 2; i++) {
      if (token.kind === 'anchor' && anchor === undefined) anchor = token.value
      else if (token.kind === 'tag' && tagToken === undefined) tagToken = token
      else break
      end = token.end
      this.scanner.take()
      token = this.scanner.peek()
    }
    const tag = tagToken === undefined ? '' : this.tagOf(tagToken)
    if (takesIndentless && token.kind === 'block-entry') {
      return this.collection('sequence', start, anchor, node => this.indentlessItems(node))
    }
    switch (token.kind) {
      case 'scalar': {
        this.scanner.take()
        const isPlain = (tag === '' && token.isPlain) || tag === '!'
        const scalar: ScalarNode = { kind: 'scalar', start, end: token.end, value: token.value, tag, isPlain }
        return this.anchored(anchor, scalar)
      }
      case 'flow-sequence-start':
        return this.collection('sequence', start, anchor, node => this.flowItems(node))
      case 'flow-mapping-start':
        return this.collection('mapping', start, anchor, node => this.flowEntries(node))
      case 'block-sequence-start':
        if (isBlock) return this.collection('sequence', start, anchor, node => this.blockItems(node))
        break
      case 'block-mapping-start':
        if (isBlock) return this.collection('mapping', start, anchor, node => this.blockEntries(node))
        break
    }
    if (anchor !== undefined || tag !== '') {
      return this.anchored(anchor, { kind: 'scalar', start, end, value: '', tag, isPlain: tag === '' })
    }
    throw problem('did not find expected node content', token)
  }

  private anchored<N extends YamlNode>(anchor: string | undefined, node: N): N {
    if (anchor !== undefined) this.anchors.set(anchor, node)
    return node
  }

  private collection(
    kind: 'sequence' | 'mapping',
    start: Mark,
    anchor: string | undefined,
    fill: (node: GrowingNode) => Mark,
  ): YamlNode {
    const { maxDepth } = this.limits
    if (++this.depth > maxDepth) {
      throw new YamlError('YAML_DEPTH_LIMIT', `nested deeper than ${maxDepth} levels`, start.offset)
    }
    const node: GrowingNode = { kind, start, end: start, items: [], entries: [] }
    // The anchor stands for the node from its start, so that an alias inside it is recognised as a loop.
    this.anchored(anchor, node as YamlNode)
    node.end = fill(node)
    this.depth--
    return node as YamlNode
  }

  private tagOf(token: Token): string {
    if (token.value === '') return token.suffix
    const prefix = this.tagPrefixes.get(token.value)
    const tag = prefix === undefined ? '' : prefix + token.suffix
    if (tag === '') throw problem('found undefined tag handle', token)
    return tag
  }

  private blockItems(node: GrowingNode): Mark {
    this.scanner.take()
    for (;;) {
      const token = this.scanner.take()
      if (token.kind === 'block-end') return token.start
      if (token.kind !== 'block-entry') throw problem("did not find expected '-' indicator", token)
      const next = this.scanner.peek()
      const isEmpty = next.kind === 'block-entry' || next.kind === 'block-end'
      node.items.push(isEmpty ? emptyScalar(token.end) : this.node(true, false))
    }
  }

  private indentlessItems(node: GrowingNode): Mark {
    let token = this.scanner.peek()
    while (token.kind === 'block-entry') {
      this.scanner.take()
      const next = this.scanner.peek()
      const isEmpty =
        next.kind === 'block-entry' || next.kind === 'key' || next.kind === 'value' || next.kind === 'block-end'
      node.items.push(isEmpty ? emptyScalar(token.end) : this.node(true, false))
      token = this.scanner.peek()
    }
    return token.start
  }

  private blockEntries(node: GrowingNode): Mark {
    this.scanner.take()
    for (;;) {
      const token = this.scanner.take()
      if (token.kind === 'block-end') return token.start
      if (token.kind !== 'key') throw problem('did not find expected key', token)
      const key = this.blockPart(token.end)
      let next = this.scanner.peek()
      let value: YamlNode
      if (next.kind === 'value') {
        this.scanner.take()
        value = this.blockPart(next.end)
      } else {
        next = this.scanner.peek()
        value = emptyScalar(next.start)
      }
      node.entries.push([key, value])
    }
  }

  private blockPart(mark: Mark): YamlNode {
    const next = this.scanner.peek()
    const isEmpty = next.kind === 'key' || next.kind === 'value' || next.kind === 'block-end'
    return isEmpty ? emptyScalar(mark) : this.node(true, true)
  }

  private flowItems(node: GrowingNode): Mark {
    this.scanner.take()
    for (let isFirst = true; ; isFirst = false) {
      let token = this.scanner.peek()
      if (token.kind !== 'flow-sequence-end' && !isFirst) {
        if (token.kind !== 'flow-entry') throw problem("did not find expected ',' or ']'", token)
        this.scanner.take()
        token = this.scanner.peek()
      }
      if (token.kind === 'flow-sequence-end') {
        this.scanner.take()
        return token.end
      }
      node.items.push(token.kind === 'key' ? this.flowPair(token) : this.node(false, false))
    }
  }

  /** `[a: b]`: an item that is a map of one entry. */
  private flowPair(token: Token): YamlNode {
    return this.collection('mapping', token.start, undefined, pair => {
      this.scanner.take()
      let next = this.scanner.peek()
      const isEmptyKey = next.kind === 'value' || next.kind === 'flow-entry' || next.kind === 'flow-sequence-end'
      const key = isEmptyKey ? emptyScalar(next.end) : this.node(false, false)
      next = this.scanner.peek()
      let value: YamlNode | undefined
      if (next.kind === 'value') {
        this.scanner.take()
        next = this.scanner.peek()
        if (next.kind !== 'flow-entry' && next.kind !== 'flow-sequence-end') value = this.node(false, false)
      }
      pair.entries.push([key, value ?? emptyScalar(next.start)])
      return this.scanner.peek().start
    })
  }

  private flowEntries(node: GrowingNode): Mark {
    this.scanner.take()
    for (let isFirst = true; ; isFirst = false) {
      let token = this.scanner.peek()
      if (token.kind !== 'flow-mapping-end' && !isFirst) {
        if (token.kind !== 'flow-entry') throw problem("did not find expected ',' or '}'", token)
        this.scanner.take()
        token = this.scanner.peek()
      }
      if (token.kind === 'flow-mapping-end') {
        this.scanner.take()
        return token.end
      }
      if (token.kind !== 'key') {
        const key = this.node(false, false)
        node.entries.push([key, emptyScalar(this.scanner.peek().start)])
        continue
      }
      this.scanner.take()
      let next = this.scanner.peek()
      const isEmptyKey = next.kind === 'value' || next.kind === 'flow-entry' || next.kind === 'flow-mapping-end'
      const key = isEmptyKey ? emptyScalar(next.start) : this.node(false, false)
      next = this.scanner.peek()
      let value: YamlNode | undefined
      if (next.kind === 'value') {
        this.scanner.take()
        next = this.scanner.peek()
        if (next.kind !== 'flow-entry' && next.kind !== 'flow-mapping-end') value = this.node(false, false)
      }
      node.entries.push([key, value ?? emptyScalar(next.start)])
    }
  }
}

/** A collection while it is read; only the list of its own kind is filled. */
interface GrowingNode {
  readonly kind: 'sequence' | 'mapping'
  readonly start: Mark
  end: Mark
  readonly items: YamlNode[]
  readonly entries: [YamlNode, YamlNode][]
}

function emptyScalar(mark: Mark): ScalarNode {
  return { kind: 'scalar', start: mark, end: mark, value: '', tag: '', isPlain: true }
}

function problem(message: string, token: Token): YamlError {
  return new YamlError('YAML_SYNTAX', message, token.start.offset)
}
