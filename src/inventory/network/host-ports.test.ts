import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkModelOf } from '../../../test/network-model.ts'
import { type JsonObject, jsonPointer } from '../../lib/json/json-value.ts'
import { hostPortOf, hostPortProblems } from './host-ports.ts'

const rows: readonly { readonly name: string; readonly entry: JsonObject; readonly problems?: readonly string[] }[] = [
  { name: 'a number', entry: { hostPort: 80 } },
  { name: 'none', entry: {} },
  { name: 'null', entry: { hostPort: null, hostIP: null } },
  { name: '0 stands for none', entry: { hostPort: 0 } },
  { name: 'an address', entry: { hostPort: 80, hostIP: '10.0.0.4' } },
  { name: 'an address of IPv6', entry: { hostPort: 80, hostIP: 'fd00::4' } },
  { name: 'a number that is too large', entry: { hostPort: 65_536 }, problems: ['HOST_PORT_INVALID hostPort'] },
  { name: 'a negative number', entry: { hostPort: -1 }, problems: ['HOST_PORT_INVALID hostPort'] },
  { name: 'a fraction', entry: { hostPort: 80.5 }, problems: ['HOST_PORT_INVALID hostPort'] },
  { name: 'a text', entry: { hostPort: '80' }, problems: ['HOST_PORT_INVALID hostPort'] },
  { name: 'a name for an address', entry: { hostPort: 80, hostIP: 'eth0' }, problems: ['HOST_IP_INVALID hostIP'] },
  {
    name: 'a range for an address',
    entry: { hostPort: 80, hostIP: '10.0.0.0/8' },
    problems: ['HOST_IP_INVALID hostIP'],
  },
  {
    name: 'a number for an address, and a text for a port',
    entry: { hostPort: 'http', hostIP: 4 },
    problems: ['HOST_PORT_INVALID hostPort', 'HOST_IP_INVALID hostIP'],
  },
]

for (const { name, entry, problems = [] } of rows) {
  test(`the port of a node that a container asks for: ${name}`, () => {
    const containers = [{ name: 'web', image: 'web:1', ports: [{ containerPort: 8080, ...entry }] }]
    const metadata = { name: 'web', namespace: 'shop' }
    const { inventory } = networkModelOf([{ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } }])

    const found = hostPortProblems(inventory)

    assert.deepEqual(
      found.map(({ code, path }) => `${code} ${jsonPointer(path)}`),
      problems.map(text => text.replace(' ', ' /spec/containers/0/ports/0/')),
    )
  })
}

test('a port of a node is read where it is one, with its address as written', () => {
  assert.deepEqual(hostPortOf({ hostPort: 80 }), { port: 80, ip: '' })
  assert.deepEqual(hostPortOf({ hostPort: 80, hostIP: '10.0.0.4' }), { port: 80, ip: '10.0.0.4' })
  assert.deepEqual(hostPortOf({ hostPort: 80, hostIP: ['10.0.0.4'] }), { port: 80, ip: '["10.0.0.4"]' })
  assert.equal(hostPortOf({ hostPort: '80' }), undefined)
  assert.equal(hostPortOf({ hostIP: '10.0.0.4' }), undefined)
})
