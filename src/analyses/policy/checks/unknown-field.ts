import type { ApiResource } from '../../../inventory/api-resources.ts'
import { type KindTable, placeOfField, type SchemaFault, schemaFaults } from '../../../inventory/defaulting/index.ts'
import type { JsonObject } from '../../../lib/json/json-value.ts'
import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import type { Answer } from '../answer.ts'
import type { NativeCheck } from '../plan.ts'
import type { CheckKnowledge } from './check-knowledge.ts'
import { stablePath } from './stable-path.ts'

const passed: Answer = { kind: 'pass' }
const skipped: Answer = { kind: 'skip' }
/** More faults than this in one object say no more. */
const maxFaults = 20

/**
 * Fields that the kind does not have and values that it cannot hold: an API server drops the former without a word
 * where the client does not ask for strictness, and refuses the latter.
 */
export function unknownFieldCheck(meta: RuleMeta, { table }: CheckKnowledge): NativeCheck {
  return {
    meta,
    concerns: ({ group, version, kind }: ApiResource) =>
      table.kinds.has(`${group === '' ? '' : `${group}/`}${version}/${kind}`),
    answer({ object }) {
      const kind = table.kinds.get(`${String(object['apiVersion'])}/${String(object['kind'])}`)
      if (kind === undefined) return skipped
      const faults = schemaFaults(object, kind.type, table)
      if (faults.length === 0) return passed
      const causes = faults.slice(0, maxFaults).map(({ path }) => ({ key: `field/${stablePath(object, path)}`, path }))
      const told = faults.slice(0, 3).map(fault => describe(object, fault, kind.type, table))
      const more = faults.length > 3 ? `; and ${faults.length - 3} more` : ''
      return { kind: 'fail', message: `${told.join('; ')}${more}`, causes }
    },
  }
}

function describe(object: JsonObject, fault: SchemaFault, root: number, table: KindTable): string {
  const { path, struct, expected } = fault
  const field = String(path.at(-1))
  if (fault.kind === 'wrong-type') return `"${stablePath(object, path)}" must be ${expected}`
  const where = stablePath(object, path.slice(0, -1))
  const start = `unknown field "${field}"${where === '' ? '' : ` in ${where}`}`
  const place = placeOfField(table, root, path, field)
  if (place !== undefined) return `${start}: it belongs to ${place}`
  const [near] = didYouMean(field, table.types[struct]!.fields.keys())
  return near === undefined ? `${start}: the API server drops it` : `${start}: did you mean "${near}"?`
}
