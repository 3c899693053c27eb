import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../adapters/fs/package-files.ts'
import { policyFileDocuments } from '../../adapters/fs/shipped-policies.ts'
import { isJsonObject, type JsonObject, ownValue } from '../../lib/json/json-value.ts'
import { printYaml } from '../../lib/yaml/print-yaml.ts'
import type { RuleCase, RuleSource } from '../../report/index.ts'
import { shippedRules } from '../scan/shipped-rules.ts'

/** Everything that the page of a rule is made of, for every shipped rule, in the order of their ids. */
export function ruleSources(): RuleSource[] {
  const { metas, policies, checks, snapshotChecks } = shippedRules()
  return [...metas.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(rule => {
      const policyPath = [...policies, ...checks, ...snapshotChecks].find(({ meta }) => meta?.id === rule.id)!.file
      return {
        rule,
        policyPath,
        policy: readFileSync(join(packageRoot(), policyPath), 'utf8'),
        cases: casesOf(policyPath),
      }
    })
}

const outcomes: Readonly<Record<string, RuleCase['outcome']>> = { deny: 'fires', allow: 'passes', unknown: 'malformed' }

function casesOf(policyPath: string): RuleCase[] {
  const path = policyPath.replace(/\.yaml$/, '.cases.yaml')
  const file = join(packageRoot(), path)
  if (!existsSync(file)) return []
  return policyFileDocuments(path, readFileSync(file)).flatMap(({ object }) => {
    const cases = ownValue(ownValue(object, 'spec'), 'cases')
    return Array.isArray(cases) ? cases.filter(isJsonObject).flatMap(caseOf) : []
  })
}

function caseOf(entry: JsonObject): RuleCase[] {
  const { name, expect, object, text, message } = entry
  const outcome = outcomes[String(expect)]
  if (outcome === undefined || typeof name !== 'string' || (object ?? text) === undefined) return []
  const shown = typeof text === 'string' ? text : printYaml(object!)
  return [{ name, outcome, object: shown, message: typeof message === 'string' ? message : undefined }]
}
