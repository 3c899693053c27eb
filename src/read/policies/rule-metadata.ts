import type { RuleMeta } from '../../model/rule.ts'
import { severities } from '../../model/severity.ts'
import type { FieldReader } from './fields.ts'

const annotations = ['metadata', 'annotations'] as const
const key = (name: string): readonly string[] => [...annotations, `breakwater.io/${name}`]

/** The metadata that a policy carries in its annotations; `undefined` when it names no id. */
export function readRuleMeta(fields: FieldReader): RuleMeta | undefined {
  const id = fields.text(key('id'))
  if (id === undefined || id === '') return undefined
  if (!/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/.test(id)) {
    fields.error(key('id'), 'RULE_ID', `${JSON.stringify(id)} is no rule id; write it like BW-POD-001 or ACME-007`)
  }
  return {
    id,
    title: fields.text(key('title')) ?? '',
    severity: fields.choice(key('severity'), severities, 'medium'),
    category: fields.text(key('category')) ?? '',
    frameworks: readList(fields, 'frameworks'),
    aliases: readList(fields, 'aliases'),
    platforms: readList(fields, 'platforms'),
    rationale: fields.text(key('rationale')) ?? '',
    remediation: fields.text(key('remediation')) ?? '',
    effort: fields.choice(key('effort'), ['low', 'medium', 'high'], 'medium'),
    breaks: fields.choice(key('breaks'), ['none', 'maybe', 'likely'], 'maybe'),
    absorbs: readList(fields, 'absorbs'),
    recommended: false,
    docs: fields.text(key('docs')) ?? '',
  }
}

/** A list as JSON text, because annotations hold only strings. */
function readList(fields: FieldReader, name: string): readonly string[] {
  const text = fields.text(key(name))
  if (text === undefined || text === '') return []
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    list = undefined
  }
  if (Array.isArray(list) && list.every(entry => typeof entry === 'string')) return list
  fields.error(key(name), 'RULE_LIST', `breakwater.io/${name} must be a JSON list of strings, for example '["a", "b"]'`)
  return []
}
