import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import { inlineParts, proseBlocks } from './rule-prose.ts'

/** Untrusted text as HTML content or quoted attribute value; control and direction characters are shown. */
export function htmlText(text: string): string {
  return escapeTerminal(text).replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** `code` between backticks as an element, everything else as text. */
export function htmlInline(text: string): string {
  return inlineParts(text)
    .map((part, i) => (i % 2 === 1 ? `<code>${htmlText(part)}</code>` : htmlText(part)))
    .join('')
}

/** The paragraphs and code blocks of a rule's text. */
export function htmlProse(text: string): string {
  return proseBlocks(text)
    .map(block =>
      block.kind === 'paragraph'
        ? `<p>${htmlInline(block.text)}</p>`
        : `<pre tabindex="0"><code>${block.lines.map(htmlText).join('\n')}</code></pre>`,
    )
    .join('')
}

/** JSON inside a script element: no `<` can end the element or begin a comment. */
export function scriptJson(json: string): string {
  return json.replaceAll('<', '\\u003c')
}
