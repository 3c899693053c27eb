import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiLifecycle } from '../../../inventory/api-lifecycle.ts'
import { apiResourceOf } from '../../../inventory/api-resources.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import { apiVersionCheck } from './api-version.ts'
import type { CheckKnowledge } from './check-knowledge.ts'

const life = (version: string, deprecated: string | null, removed: string | null, replacement: string | null) => ({
  group: 'batch',
  version,
  kind: 'CronJob',
  deprecated,
  removed,
  replacement: replacement === null ? null : { group: 'batch', version: replacement, kind: 'CronJob' },
})
const lifecycle = new ApiLifecycle({
  apis: [
    life('v2alpha1', null, '1.21', 'v1beta1'),
    life('v1beta1', '1.21', '1.25', 'v1'),
    life('v1beta9', '1.38', '1.41', 'v1beta9'),
    { group: 'batch' },
    5,
  ],
})

const answer = (version: string, minor: number) => {
  const check = apiVersionCheck({} as RuleMeta, { lifecycle, minor } as CheckKnowledge)
  const apiVersion = `batch/${version}`
  const resource = apiResourceOf(apiVersion, 'CronJob')
  return check.answer({ object: { apiVersion, kind: 'CronJob' }, resource, notes: [], pods: [] })
}

for (const [version, minor, severity, says] of [
  ['v1beta1', 20, undefined, ''],
  ['v1beta1', 21, 'low', 'batch/v1beta1 CronJob is deprecated since 1.21 and removed in 1.25; use batch/v1 CronJob'],
  ['v1beta1', 24, 'low', 'use batch/v1 CronJob'],
  ['v1beta1', 25, 'high', 'not served by Kubernetes 1.25: it was removed in 1.25; use batch/v1 CronJob'],
  ['v2alpha1', 22, 'high', 'use batch/v1beta1 CronJob'],
  ['v2alpha1', 37, 'high', 'use batch/v1 CronJob'],
  ['v1beta9', 37, undefined, ''],
  ['v1beta9', 41, 'high', 'nothing takes its place'],
  ['v1', 37, undefined, ''],
] as const) {
  test(`batch/${version} in 1.${minor}: ${severity ?? 'nothing to say'}`, () => {
    const given = answer(version, minor)

    assert.equal(given.kind, severity === undefined ? 'pass' : 'fail')
    if (given.kind !== 'fail') return
    assert.equal(given.severity, severity)
    assert.ok(given.message.endsWith(says), given.message)
  })
}
