import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kustomizationInputs } from './render-units.ts'

test('patches and generator inputs belong to a kustomization, its resources do not', () => {
  const inputs = kustomizationInputs({
    resources: ['deployment.yaml', '../base'],
    patches: [{ path: 'patch.yaml' }, { patch: '- op: add' }],
    patchesStrategicMerge: ['merge.yaml', 'apiVersion: v1\nkind: Pod\n'],
    patchesJson6902: [{ path: 'json-patch.yaml' }],
    configMapGenerator: [{ files: ['a.yaml', 'key=b.yaml'], envs: ['c.env'] }],
    secretGenerator: [{ env: 'd.env' }],
    transformers: ['https://example.com/x.yaml', 'e.yaml'],
    helmCharts: [{ valuesFile: 'values.yaml' }],
  })

  assert.deepEqual(inputs.toSorted(), [
    'a.yaml',
    'b.yaml',
    'c.env',
    'd.env',
    'e.yaml',
    'json-patch.yaml',
    'merge.yaml',
    'patch.yaml',
    'values.yaml',
  ])
})

test('a kustomization of wrong types names nothing', () => {
  assert.deepEqual(kustomizationInputs({ patches: 'x', configMapGenerator: [1, { files: 2 }], openapi: [] }), [])
  assert.deepEqual(kustomizationInputs('text'), [])
})
