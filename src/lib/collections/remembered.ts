import { ownText } from '../text/own-text.ts'

/**
 * A function of a text with a memory: a repository holds the same few hundred names, images and paths over and over.
 * Long texts are not remembered, and the memory is emptied when it is full.
 */
export function remembered<V>(compute: (text: string) => V): (text: string) => V {
  const answers = new Map<string, { readonly value: V }>()
  return text => {
    if (text.length > maxLength) return compute(text)
    const known = answers.get(text)
    if (known !== undefined) return known.value
    const value = compute(text)
    if (answers.size >= maxEntries) answers.clear()
    // A copy: a slice would keep the whole file alive.
    answers.set(ownText(text), { value })
    return value
  }
}

const maxEntries = 4000
const maxLength = 200
