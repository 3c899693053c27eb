import type { RuleMeta, RuleParameter } from '../../model/rule.ts'
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
    params: readParameters(fields),
    recommended: false,
    docs: fields.text(key('docs')) ?? '',
  }
}

function readParameters(fields: FieldReader): readonly RuleParameter[] {
  const list = readJson(fields, 'params')
  if (list === undefined) return []
  if (Array.isArray(list) && list.every(isParameter)) return list
  const example = '[{"name": "registries", "type": "strings", "default": ["*"], "description": "..."}]'
  fields.error(
    key('params'),
    'RULE_LIST',
    `breakwater.io/params must be a JSON list of parameters, such as '${example}'`,
  )
  return []
}

function isParameter(entry: unknown): entry is RuleParameter {
  const { name, type, description, default: value } = (entry ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || typeof description !== 'string')
    return false
  if (type === 'integer') return Number.isSafeInteger(value)
  return type === 'strings' && Array.isArray(value) && value.every(each => typeof each === 'string')
}

/** A list as JSON text, because annotations hold only strings. */
function readList(fields: FieldReader, name: string): readonly string[] {
  const list = readJson(fields, name)
  if (list === undefined) return []
  if (Array.isArray(list) && list.every(entry => typeof entry === 'string')) return list
  fields.error(key(name), 'RULE_LIST', `breakwater.io/${name} must be a JSON list of strings, for example '["a", "b"]'`)
  return []
}

/** The value of an annotation that holds JSON: `undefined` where there is none, `null` where it is no JSON. */
function readJson(fields: FieldReader, name: string): unknown {
  const text = fields.text(key(name))
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
