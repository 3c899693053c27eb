/** Offsets are UTF-16 units of the text that was read. */
interface Span {
  readonly start: number
  readonly end: number
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar'
  readonly value: string
  /** Resolved tag, empty where none is written. */
  readonly tag: string
  /** Plain, so that its text decides what it is. */
  readonly isPlain: boolean
}

export interface AliasNode extends Span {
  readonly kind: 'alias'
  readonly name: string
  readonly target: YamlNode
}

export interface SequenceNode extends Span {
  readonly kind: 'sequence'
  readonly items: readonly YamlNode[]
}

export interface MappingNode extends Span {
  readonly kind: 'mapping'
  readonly entries: readonly (readonly [key: YamlNode, value: YamlNode])[]
}

/** What a document says, before any scalar is given a type: the representation graph (3.2.1) with its places. */
export type YamlNode = ScalarNode | AliasNode | SequenceNode | MappingNode
