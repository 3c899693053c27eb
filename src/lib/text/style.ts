/** What the terminal can show: 0 nothing, 1 the 16 colours, 2 the 256, 3 any colour. */
export type ColorLevel = 0 | 1 | 2 | 3

export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'good' | 'warning' | 'dim' | 'bold' | 'link'

/** Puts text into a tone; at level 0 the text itself. */
export type Style = (tone: Tone, text: string) => string

/** Colours are chosen to be readable on dark and on light backgrounds; no meaning rests on colour alone. */
export function styleFor(level: ColorLevel): Style {
  if (level === 0) return (_tone, text) => text
  return (tone, text) => {
    if (text === '') return ''
    const code = codes[tone][level - 1] ?? ''
    return `\u001b[${code}m${text}\u001b[0m`
  }
}

/** SGR codes for levels 1, 2 and 3. */
const codes: Readonly<Record<Tone, readonly [string, string, string]>> = {
  critical: ['1;35', '1;38;5;199', '1;38;2;225;29;114'],
  high: ['1;31', '1;38;5;196', '1;38;2;235;65;65'],
  medium: ['33', '38;5;172', '38;2;214;137;16'],
  low: ['36', '38;5;37', '38;2;28;154;170'],
  info: ['34', '38;5;67', '38;2;95;135;175'],
  good: ['32', '38;5;35', '38;2;34;160;90'],
  warning: ['1;33', '1;38;5;172', '1;38;2;214;137;16'],
  dim: ['2', '2', '2'],
  bold: ['1', '1', '1'],
  link: ['4', '4', '4'],
}
