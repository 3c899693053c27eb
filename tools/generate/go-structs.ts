/** A field of a Go struct as `encoding/json` sees it. */
export interface GoField {
  /** Name in JSON; `""` for an inlined struct. */
  readonly name: string
  /** Go type without the leading `*`: `string`, `[]Container`, `map[ResourceName]resource.Quantity`, `v1.PodSpec`. */
  readonly type: string
  readonly isPointer: boolean
  readonly omitEmpty: boolean
  readonly omitZero: boolean
}

/** The types that one Go file declares: structs with their fields, and names for other types. */
export interface GoTypes {
  readonly structs: ReadonlyMap<string, readonly GoField[]>
  /** `Protocol` to `string`, `ResourceList` to `map[ResourceName]resource.Quantity`. */
  readonly aliases: ReadonlyMap<string, string>
  /** Local name of an imported package to its path. */
  readonly imports: ReadonlyMap<string, string>
}

/** Reads the type declarations of a Go source file that is formatted by gofmt, which all of Kubernetes is. */
export function goTypes(source: string): GoTypes {
  const text = source.replace(/\/\*[\s\S]*?\*\//g, '')
  const structs = new Map<string, readonly GoField[]>()
  const aliases = new Map<string, string>()
  const imports = new Map<string, string>()
  const block =
    /^import \(\n([\s\S]*?)^\)/m.exec(text)?.[1] ?? /^import .*$/m.exec(text)?.[0].replace('import ', '') ?? ''
  for (const [, name, path] of block.matchAll(/^\s*(?:(\w+)\s+)?"([^"]+)"/gm)) {
    imports.set(name ?? path!.split('/').at(-1)!, path!)
  }
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    structs.set(name!, fieldsOf(body!))
  }
  for (const [, name] of text.matchAll(/^type (\w+) struct ?\{\}/gm)) structs.set(name!, [])
  for (const [, name, type] of text.matchAll(/^type (\w+) =? ?((?:\[\]|map\[|\*|\w)[^\n{]*)$/gm)) {
    if (!/^(struct|interface|func)\b/.test(type!)) aliases.set(name!, type!.replace(/\s*\/\/.*$/, '').trim())
  }
  return { structs, aliases, imports }
}

function fieldsOf(body: string): GoField[] {
  const fields: GoField[] = []
  for (const line of body.split('\n')) {
    const match = /^\t(?:(\w+)\s+)?(\*?[\w.[\]*]+(?:\{\})?)\s*`([^`]*)`/.exec(line)
    if (match === null) continue
    const tag = /json:"([^"]*)"/.exec(match[3]!)?.[1]
    if (tag === undefined || tag === '-') continue
    const [name, ...options] = tag.split(',')
    const type = match[2]!
    fields.push({
      name: options.includes('inline') || name === '' ? '' : name!,
      type: type.replace(/^\*/, ''),
      isPointer: type.startsWith('*'),
      omitEmpty: options.includes('omitempty'),
      omitZero: options.includes('omitzero'),
    })
  }
  return fields
}
