import type { JsonObject } from '../../../lib/json/json-value.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import type { ReadingNote } from '../../../read/manifests/manifest.ts'
import type { Answer } from '../answer.ts'
import type { NativeCheck } from '../plan.ts'
import { stablePath } from './stable-path.ts'

const passed: Answer = { kind: 'pass' }

/** What other readers of the same file take differently: keys that stand twice, scalars of YAML 1.1. */
export function readingCheck(meta: RuleMeta): NativeCheck {
  return {
    meta,
    concerns: () => true,
    answer({ object, notes }) {
      const told = notes.filter(note => !isFileMode(note))
      if (told.length === 0) return passed
      const causes = told.map(({ path }) => ({ key: `field/${stablePath(object, path)}`, path }))
      const more = told.length > 3 ? `; and ${told.length - 3} more` : ''
      const first = told.slice(0, 3).map(note => describe(object, note))
      return { kind: 'fail', message: `${first.join('; ')}${more}`, causes }
    },
  }
}

// Everybody writes 0644 where a mode belongs, and every tool that makes something of a mode takes it for octal.
function isFileMode({ kind, path, text }: ReadingNote): boolean {
  const field = path.at(-1)
  return kind === 'ambiguous-scalar' && /^0[0-7]{3}$/.test(text) && (field === 'defaultMode' || field === 'mode')
}

function describe(object: JsonObject, { kind, path, text, value }: ReadingNote): string {
  if (kind === 'duplicate-key') {
    const map = stablePath(object, path.slice(0, -1))
    return `key "${text}" stands twice${map === '' ? '' : ` in ${map}`}: the later one counts`
  }
  if (kind === 'ambiguous-key') {
    const map = stablePath(object, path.slice(0, -1))
    return `key ${text}${map === '' ? '' : ` in ${map}`} is "${String(value)}" for Kubernetes: quote it`
  }
  const where = stablePath(object, path)
  return typeof value === 'boolean'
    ? `${where}: ${text} is the boolean ${value} for Kubernetes and text for other readers: write ${value}, or "${text}"`
    : `${where}: ${text} is the number ${String(value)} for Kubernetes and not for other readers: write ${String(value)}, or "${text}"`
}
