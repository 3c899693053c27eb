import { type Lexeme, type LexemeKind, Lexemes } from './lexemes.ts'
import type { YamlLimits } from './limits.ts'
import { longTagPrefix } from './scalar.ts'
import type { MappingNode, ScalarNode, SequenceNode, YamlNode } from './tree.ts'
import { YamlError } from './yaml-error.ts'

export type TreeLimits = Pick<YamlLimits, 'maxDepth' | 'maxSlowNodes'>

/** What the YAML reader of Kubernetes refuses to see anywhere in a document. */
const disallowed = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * The tree of one document, or `undefined` where it is empty. Text after the root or after `...` is not read, as
 * kubectl stops there.
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

/** What a node has before its content (8.1, 8.2), and where it ends. */
interface Properties {
  readonly start: number
  readonly end: number
  readonly anchor: string | undefined
  readonly tag: string
}

/**
 * The grammar of YAML 1.1 by recursive descent. A block collection is as deep as the column that it begins at (6.1):
 * what stands further left ends it, what stands at its column is its next entry, what stands further right is inside.
 */
class Composer {
  private readonly lexemes: Lexemes
  private readonly limits: TreeLimits
  private readonly anchors = new Map<string, YamlNode>()
  private readonly tagPrefixes = new Map<string, string>()
  private nodes = 0
  private depth = 0

  constructor(text: string, limits: TreeLimits) {
    this.lexemes = new Lexemes(text)
    this.limits = limits
  }

  get position(): number {
    return this.lexemes.position
  }

  document(): YamlNode | undefined {
    if (this.peek().kind === 'end') return undefined
    const hasDirectives = this.directives()
    const marker = this.passIf('document-start')
    if (hasDirectives && marker === undefined) throw unexpected(this.peek(), "'---' behind directives")
    const first = this.peek()
    const root = marker !== undefined && endsDocument(first) ? emptyScalar(first.start) : this.blockNode(false)
    // One thing behind the document is looked at; what is broken there breaks the document.
    this.peek()
    return root
  }

  private directives(): boolean {
    let hasVersion = false
    let lexeme = this.peek()
    for (; lexeme.kind === 'version' || lexeme.kind === 'tag-prefix'; lexeme = this.peek()) {
      if (lexeme.kind === 'version') {
        if (hasVersion) throw syntaxError(lexeme, 'there are two %YAML directives')
        // YAML 1.2 is read by the rules of 1.1, as the minor number says that nothing is incompatible (7.1.1).
        if (lexeme.text !== '1') throw syntaxError(lexeme, `there is no YAML ${lexeme.text}`)
        hasVersion = true
      } else {
        if (this.tagPrefixes.has(lexeme.text))
          throw syntaxError(lexeme, `there are two %TAG directives for ${lexeme.text}`)
        this.tagPrefixes.set(lexeme.text, lexeme.suffix)
      }
      this.take()
    }
    const hasDirectives = hasVersion || this.tagPrefixes.size > 0
    if (!this.tagPrefixes.has('!')) this.tagPrefixes.set('!', '!')
    if (!this.tagPrefixes.has('!!')) this.tagPrefixes.set('!!', longTagPrefix)
    return hasDirectives
  }

  /** A node of a block; the entries of a list that is a map's key or value may stand at the column of the map. */
  private blockNode(isInMap: boolean): YamlNode {
    const first = this.countNode()
    if (this.opensMapping(first)) return this.blockMapping(first.nodeStart, undefined)
    if (first.kind === 'alias' && first.key !== 'yes') return this.alias()
    const properties = this.properties()
    const { start, anchor } = properties
    const head = this.peek()
    if (head.kind === '-') {
      if (head.column > this.lexemes.indent) return this.blockSequence(head.column, start, anchor)
      if (isInMap && this.isEntry(head)) return this.flatSequence(start, anchor)
    }
    if (this.opensMapping(head)) return this.blockMapping(start, anchor)
    return this.content(head, properties)
  }

  private flowNode(): YamlNode {
    const first = this.countNode()
    if (first.kind === 'alias' && first.key !== 'yes') return this.alias()
    const properties = this.properties()
    return this.content(this.peek(), properties)
  }

  private countNode(): Lexeme {
    const first = this.peek()
    const { maxSlowNodes } = this.limits
    if (++this.nodes > maxSlowNodes) {
      const message = `more than ${maxSlowNodes} values in a document with anchors, tags or rare syntax`
      throw new YamlError('YAML_NODE_LIMIT', message, first.nodeStart)
    }
    return first
  }

  private alias(): YamlNode {
    const { start, end, text: name } = this.take()
    const target = this.anchors.get(name)
    if (target === undefined) throw new YamlError('YAML_ALIAS', `unknown anchor '${name}' referenced`, start)
    return { kind: 'alias', start, end, name, target }
  }

  /** An anchor and a tag in either order. */
  private properties(): Properties {
    let lexeme = this.peek()
    const { start } = lexeme
    let end = start
    let anchor: Lexeme | undefined
    let tag: Lexeme | undefined
    while (lexeme.key !== 'yes' && !this.endsBlock(lexeme)) {
      if (lexeme.kind === 'anchor' && anchor === undefined) anchor = lexeme
      else if (lexeme.kind === 'tag' && tag === undefined) tag = lexeme
      else break
      end = this.take().end
      lexeme = this.peek()
    }
    return { start, end, anchor: anchor?.text, tag: tag === undefined ? '' : this.tagOf(tag) }
  }

  private tagOf({ text: handle, suffix, start }: Lexeme): string {
    if (handle === '') return suffix
    const prefix = this.tagPrefixes.get(handle)
    if (prefix === undefined) throw new YamlError('YAML_SYNTAX', `no %TAG directive says what ${handle} means`, start)
    return prefix + suffix
  }

  /** Content that is the same in blocks and in brackets; none at all is an empty scalar if it has properties. */
  private content(head: Lexeme, { start, end, anchor, tag }: Properties): YamlNode {
    if (head.key !== 'yes' && !this.endsBlock(head)) {
      if (head.kind === '[') return this.flowSequence(start, anchor)
      if (head.kind === '{') return this.flowMapping(start, anchor)
      if (head.kind === 'scalar') {
        this.take()
        // A `!` alone lets the text decide, quoted or not.
        const isPlain = (tag === '' && head.isPlain) || tag === '!'
        return this.named(anchor, { kind: 'scalar', start, end: head.end, value: head.text, tag, isPlain })
      }
    }
    if (anchor === undefined && tag === '') throw unexpected(head, 'a value')
    return this.named(anchor, { kind: 'scalar', start, end, value: '', tag, isPlain: tag === '' })
  }

  private named<N extends YamlNode>(anchor: string | undefined, node: N): N {
    if (anchor !== undefined) this.anchors.set(anchor, node)
    return node
  }

  private blockSequence(column: number, start: number, anchor: string | undefined): YamlNode {
    return this.sequence(start, anchor, items => {
      this.lexemes.blocks.push(column)
      for (;;) {
        const dash = this.peek()
        if (this.endsBlock(dash)) break
        if (dash.kind !== '-' || !this.isEntry(dash)) throw unexpected(dash, "'-'")
        this.take()
        const next = this.peek()
        const isEmpty = this.endsBlock(next) || (next.kind === '-' && this.isEntry(next))
        items.push(isEmpty ? emptyScalar(dash.end) : this.blockNode(false))
      }
      return this.closeBlock()
    })
  }

  /** A list whose entries stand at the column of the map around it: the next key ends it. */
  private flatSequence(start: number, anchor: string | undefined): YamlNode {
    return this.sequence(start, anchor, items => {
      let dash = this.peek()
      while (dash.kind === '-' && this.isEntry(dash)) {
        this.take()
        const next = this.peek()
        const isEmpty = (next.kind === '-' && this.isEntry(next)) || this.endsMapPart(next)
        items.push(isEmpty ? emptyScalar(dash.end) : this.blockNode(false))
        dash = this.peek()
      }
      return dash.start
    })
  }

  private blockMapping(start: number, anchor: string | undefined): YamlNode {
    return this.mapping(start, anchor, entries => {
      this.lexemes.blocks.push(this.peek().column)
      for (;;) {
        const head = this.peek()
        if (this.endsBlock(head)) break
        if (!this.isKey(head)) throw unexpected(head, 'a map key')
        const key = this.mapPart(this.passKeySign(head))
        const sign = this.peek()
        let value: YamlNode
        if (this.isValueSign(sign)) {
          this.take()
          value = this.mapPart(sign.end)
        } else value = emptyScalar(sign.start)
        entries.push([key, value])
      }
      return this.closeBlock()
    })
  }

  /** A key or value; nothing is an empty scalar behind its sign. */
  private mapPart(signEnd: number): YamlNode {
    return this.endsMapPart(this.peek()) ? emptyScalar(signEnd) : this.blockNode(true)
  }

  private endsMapPart(head: Lexeme): boolean {
    return this.endsBlock(head) || this.isKey(head) || this.isValueSign(head)
  }

  /** Something of the innermost block, not of one that it would open further right. */
  private isEntry(head: Lexeme): boolean {
    return head.column === this.lexemes.indent
  }

  private isKey(head: Lexeme): boolean {
    return beginsPair(head) && this.isEntry(head)
  }

  private isValueSign(head: Lexeme): boolean {
    return head.kind === ':' && (head.key === 'yes' || this.isEntry(head))
  }

  private opensMapping(head: Lexeme): boolean {
    const isSign = beginsPair(head) || (head.kind === ':' && head.key !== 'yes')
    return isSign && head.column > this.lexemes.indent
  }

  private endsBlock(head: Lexeme): boolean {
    return head.column < this.lexemes.indent
  }

  private closeBlock(): number {
    const { start } = this.peek()
    this.lexemes.blocks.pop()
    return start
  }

  /** Passes the `?`, or takes note that an implicit key begins; gives the offset behind. */
  private passKeySign(head: Lexeme): number {
    if (head.kind === '?') return this.take().end
    head.key = 'no'
    return head.start
  }

  private flowSequence(start: number, anchor: string | undefined): YamlNode {
    return this.sequence(start, anchor, items => {
      this.take()
      return this.flowEntries(']', head => {
        if (!beginsPair(head)) items.push(this.flowNode())
        else items.push(this.mapping(head.start, undefined, entries => this.flowPair(head, ']', entries)))
      })
    })
  }

  private flowMapping(start: number, anchor: string | undefined): YamlNode {
    return this.mapping(start, anchor, entries => {
      this.take()
      return this.flowEntries('}', head => {
        if (beginsPair(head)) this.flowPair(head, '}', entries)
        else entries.push([this.flowNode(), emptyScalar(this.peek().start)])
      })
    })
  }

  /** Entries with commas between them and at most one behind the last; gives the offset behind the bracket. */
  private flowEntries(close: ']' | '}', entry: (head: Lexeme) => void): number {
    for (let isFirst = true; ; isFirst = false) {
      const separator = isFirst ? undefined : this.passIf(',')
      const end = this.passIf(close)
      if (end !== undefined) return end.end
      if (!isFirst && separator === undefined) throw unexpected(this.peek(), `',' or '${close}'`)
      entry(this.peek())
    }
  }

  private flowPair(head: Lexeme, close: ']' | '}', entries: [YamlNode, YamlNode][]): number {
    this.passKeySign(head)
    const endsPart = ({ kind }: Lexeme) => kind === ',' || kind === close
    const first = this.peek()
    const isKeyEmpty = endsPart(first) || first.kind === ':'
    const key = isKeyEmpty ? emptyScalar(close === ']' ? first.end : first.start) : this.flowNode()
    const sign = this.passIf(':')
    const next = this.peek()
    const isValueEmpty = sign === undefined || endsPart(next)
    entries.push([key, isValueEmpty ? emptyScalar(next.start) : this.flowNode()])
    return this.peek().start
  }

  private sequence(start: number, anchor: string | undefined, fill: (items: YamlNode[]) => number): YamlNode {
    const items: YamlNode[] = []
    const node = { kind: 'sequence', start, end: start, items } satisfies SequenceNode
    return this.collection(node, anchor, () => fill(items))
  }

  private mapping(
    start: number,
    anchor: string | undefined,
    fill: (entries: [YamlNode, YamlNode][]) => number,
  ): YamlNode {
    const entries: [YamlNode, YamlNode][] = []
    const node = { kind: 'mapping', start, end: start, entries } satisfies MappingNode
    return this.collection(node, anchor, () => fill(entries))
  }

  private collection<N extends SequenceNode | MappingNode>(
    node: N & { end: number },
    anchor: string | undefined,
    fill: () => number,
  ): N {
    const { maxDepth } = this.limits
    if (++this.depth > maxDepth) {
      throw new YamlError('YAML_DEPTH_LIMIT', `nested deeper than ${maxDepth} levels`, node.start)
    }
    // The anchor stands for the node from its start, so that an alias inside it is recognised as a loop.
    this.named(anchor, node)
    node.end = fill()
    this.depth--
    return node
  }

  private peek(): Lexeme {
    return this.lexemes.peek()
  }

  private take(): Lexeme {
    return this.lexemes.take()
  }

  private passIf(kind: LexemeKind): Lexeme | undefined {
    return this.peek().kind === kind ? this.take() : undefined
  }
}

function beginsPair(head: Lexeme): boolean {
  return head.kind === '?' || (head.key === 'yes' && head.kind !== ':')
}

function endsDocument({ kind }: Lexeme): boolean {
  return (
    kind === 'end' ||
    kind === 'document-start' ||
    kind === 'document-end' ||
    kind === 'version' ||
    kind === 'tag-prefix'
  )
}

function emptyScalar(at: number): ScalarNode {
  return { kind: 'scalar', start: at, end: at, value: '', tag: '', isPlain: true }
}

function syntaxError({ start }: Lexeme, message: string): YamlError {
  return new YamlError('YAML_SYNTAX', message, start)
}

function unexpected(lexeme: Lexeme, wanted: string): YamlError {
  return syntaxError(lexeme, `${wanted} is expected here`)
}
