/** A part of a rule's rationale or remediation. */
export type ProseBlock =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'code'; readonly lines: readonly string[] }

/**
 * The text of a rule as blocks: paragraphs between blank lines, code where lines are fenced or indented by four spaces.
 * Rules are written in that much of Markdown and no more.
 */
export function proseBlocks(text: string): readonly ProseBlock[] {
  const blocks: ProseBlock[] = []
  let paragraph: string[] = []
  let code: string[] | undefined
  let isFenced = false

  const closeParagraph = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', text: paragraph.join(' ') })
    paragraph = []
  }
  const closeCode = () => {
    while (code?.at(-1) === '') code.pop()
    if (code !== undefined && code.length > 0) blocks.push({ kind: 'code', lines: code })
    code = undefined
  }

  for (const line of text.split('\n')) {
    if (/^\s*```/.test(line)) {
      closeParagraph()
      if (isFenced) closeCode()
      else code = []
      isFenced = !isFenced
    } else if (isFenced) {
      code?.push(line)
    } else if (/^ {4}/.test(line) && (code !== undefined || paragraph.length === 0)) {
      closeParagraph()
      code ??= []
      code.push(line.slice(4))
    } else if (line.trim() === '') {
      closeParagraph()
      code?.push('')
    } else {
      closeCode()
      paragraph.push(line.trim())
    }
  }
  closeParagraph()
  closeCode()
  return blocks
}

/** Text and code of a paragraph in turns: the odd parts stood between backticks. */
export function inlineParts(text: string): readonly string[] {
  return text.split(/`([^`]+)`/)
}
