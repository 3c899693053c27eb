import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fixtureReport } from '../../test/golden/report-fixture.ts'
import { locationHash } from './location-hash.ts'
import { fileUri } from './uri.ts'

const paths: readonly (readonly [string, string, boolean])[] = [
  ['deploy/web.yaml', 'deploy/web.yaml', true],
  ['./deploy//web.yaml', 'deploy/web.yaml', true],
  ['../other/web.yaml', '../other/web.yaml', true],
  ['결제/a b#1?.yaml', '%EA%B2%B0%EC%A0%9C/a%20b%231%3F.yaml', true],
  ['c:/deploy/web.yaml', 'file:///c:/deploy/web.yaml', false],
  ['/srv/deploy/web.yaml', 'file:///srv/deploy/web.yaml', false],
  ['javascript:alert(1)', 'javascript%3Aalert%281%29', true],
  ['-', '-', true],
]

for (const [path, uri, isRelative] of paths) {
  test(`the URI of ${path}`, () => {
    assert.deepEqual(fileUri(path), { uri, isRelative })
  })
}

test('any path is a URI that resolves under its base', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), path => {
      const { uri, isRelative } = fileUri(path)
      if (isRelative) assert.match(new URL(uri, 'https://base.example/a/b/').href, /^https:\/\/base\.example\//)
      else assert.ok(URL.canParse(uri))
    }),
  )
})

test('the location hash changes with the file and not with the line', () => {
  const [finding] = fixtureReport.findings
  assert.ok(finding)
  const at = (change: object) => ({ ...finding, locations: finding.locations.map(place => ({ ...place, ...change })) })

  assert.match(locationHash(finding), /^[0-9a-f]{16}$/)
  assert.equal(locationHash(at({ line: 99, column: 1 })), locationHash(finding))
  assert.notEqual(locationHash(at({ file: 'renamed.yaml' })), locationHash(finding))
})
