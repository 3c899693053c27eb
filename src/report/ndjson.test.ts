import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fixtureReport, largeReport } from '../../test/golden/report-fixture.ts'
import { JsonBytes } from '../lib/json/json-bytes.ts'
import { decodedFinding, encodeWords, fingerprintScheme } from '../model/encoded-finding.ts'
import type { Finding } from '../model/finding.ts'
import { encodeUtf8 } from './encode.ts'
import { findingLine } from './finding-line.ts'
import { renderNdjson } from './ndjson.ts'
import { FindingBytes, renderNdjsonBytes } from './ndjson-bytes.ts'

const keys = [
  'ruleId',
  'verdict',
  'status',
  'severity',
  'subject',
  'element',
  'message',
  'evidence',
  'locations',
  'frameworks',
  'aliases',
  'fingerprint',
]

test('every line is one finding with its fields in the order of the contract, the last is the summary', () => {
  const lines = [...renderNdjson(fixtureReport)].join('').trimEnd().split('\n')

  const parsed = lines.map(line => JSON.parse(line))
  assert.equal(parsed.length, fixtureReport.findings.length + 1)
  assert.deepEqual(Object.keys(parsed[0]), keys)
  assert.deepEqual(Object.keys(parsed.at(-1)), ['summary'])
  assert.equal(parsed.at(-1).summary.schema, 'breakwater/findings/v1')
})

test('a finding reads back as it was', () => {
  const finding = fixtureReport.findings.find(entry => entry.fix !== undefined)
  assert.ok(finding)

  assert.deepEqual(JSON.parse(findingLine(finding)), JSON.parse(JSON.stringify(finding)))
})

test('bytes and text are the same report', () => {
  for (const report of [fixtureReport, largeReport(3000)]) {
    const text = [...renderNdjson(report)].join('')

    assert.equal(Buffer.concat([...renderNdjsonBytes(report)]).toString(), text)
    assert.equal(Buffer.concat([...encodeUtf8(renderNdjson(report), 100)]).toString(), text)
  }
})

test('bytes and text agree on any finding', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const finding: fc.Arbitrary<Finding> = fc.record({
    ruleId: text,
    verdict: fc.constantFrom('fail', 'unknown'),
    status: fc.constantFrom('new', 'excepted'),
    severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'info'),
    subject: fc.record({ group: text, kind: text, namespace: text, name: text }),
    element: text,
    message: text,
    evidence: fc.array(
      fc.record({ pointer: text, value: fc.oneof(text, fc.bigInt(), fc.integer(), fc.constant(null)) }),
    ),
    locations: fc.array(
      fc.record({
        file: text,
        line: fc.nat(),
        column: fc.nat(120),
        key: text,
        fingerprint: text,
        origin: fc.constant('exact' as const),
      }),
    ),
    frameworks: fc.array(text),
    aliases: fc.array(text),
    fingerprint: text,
  })
  fc.assert(
    fc.property(fc.array(finding), findings => {
      const bytes = new FindingBytes()
      // The same reference twice in a row takes the remembered subject.
      const doubled = findings.flatMap(entry => [entry, { ...entry, element: 'again' }])

      for (const entry of doubled) bytes.add(entry)

      const plain = doubled.map(entry => `${findingLine(entry)}\n`).join('')
      assert.equal(Buffer.from(bytes.take()).toString(), Buffer.from(plain).toString())
    }),
  )
})

test('a finding whose parts were made before is the same line', () => {
  for (const finding of [...fixtureReport.findings, ...largeReport(200).findings]) {
    const { message, evidence, locations, fingerprint, ...rest } = finding
    const words = new JsonBytes(100)
    encodeWords(words, message, evidence)
    const digestOf = (print: string): string => `${print.slice(fingerprintScheme.length)}0123`
    const encoded = {
      ...rest,
      words: { bytes: words.take(), exact: evidence },
      locations: locations.map(({ fingerprint: own, ...place }) => ({ ...place, digest: digestOf(own) })),
      digest: digestOf(fingerprint),
    }
    const bytes = new FindingBytes()

    bytes.addEncoded(encoded)

    assert.equal(Buffer.from(bytes.take()).toString(), `${findingLine(finding)}\n`)
    assert.deepEqual(decodedFinding(encoded), finding)
  }
})

test('a line longer than the block is written whole', () => {
  const [finding] = fixtureReport.findings
  assert.ok(finding)
  const long = { ...finding, message: '가'.repeat(400_000) }
  const bytes = new FindingBytes()

  bytes.add(long)

  assert.equal(Buffer.from(bytes.take()).toString(), `${findingLine(long)}\n`)
})
