import { escapeTerminal } from '../lib/text/escape-terminal.ts'

/** Untrusted text as XML content or attribute value. Characters that XML 1.0 forbids are shown as `\u{..}`. */
export function xmlText(text: string): string {
  return escapeTerminal(text).replaceAll(/[&<>"'\ufffe\uffff]/g, character => entities[character] ?? '\\u{fffe}')
}

/** As `xmlText` for text of several lines: line breaks and tabs stay. */
export function xmlLines(text: string): string {
  return text.split('\n').map(xmlText).join('\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
