import { escapeTerminal } from '../../lib/text/escape-terminal.ts'

/** From, what joins them, to; all untrusted text. */
export type Edge = readonly [from: string, label: string, to: string]

/** A flow chart of Mermaid, from left to right. Equal edges are drawn once. */
export function* mermaidLines(edges: readonly Edge[]): Iterable<string> {
  yield 'flowchart LR'
  const ids = new Map<string, string>()
  const drawn = new Set<string>()
  for (const [from, label, to] of edges) {
    for (const node of [from, to]) {
      if (ids.has(node)) continue
      ids.set(node, `n${ids.size}`)
      yield `  ${ids.get(node)}["${entity(node)}"]`
    }
    const line = `  ${ids.get(from)} -->|"${entity(label)}"| ${ids.get(to)}`
    if (drawn.has(line)) continue
    drawn.add(line)
    yield line
  }
}

/** Everything that Mermaid or the HTML around it could take for markup, as its entities. */
function entity(text: string): string {
  return escapeTerminal(text).replaceAll(/[^\w \-./:,()]/gu, character => `#${character.codePointAt(0)};`)
}
