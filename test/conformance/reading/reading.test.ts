import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { printJson } from '../../../src/lib/json/print-json.ts'
import { readManifest } from '../../../src/read/manifests/read-manifest.ts'
import { ManifestStream } from '../../../src/read/manifests/stream.ts'
import { type ControlPlane, skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { type ReadingCase, readingCases } from './cases.ts'
import { canonical, kubectlAnswers, type ReadingAnswer } from './kubectl-answers.ts'

interface Recording {
  readonly version: string
  readonly answers: Readonly<Record<string, ReadingAnswer>>
}

const recording = JSON.parse(readFileSync(new URL('recorded.generated.json', import.meta.url), 'utf8')) as Recording

/** Our reading in the form of kubectl's answers. */
function answerOf({ content }: ReadingCase): ReadingAnswer {
  const { manifests, diagnostics } = readManifest('case.yaml', content)
  return {
    objects: manifests.flatMap(manifest => (manifest.kind === 'object' ? [canonical(printJson(manifest.object))] : [])),
    // kubectl refuses what is no object; here it is shown and counted.
    isError: manifests.some(m => m.kind === 'value') || diagnostics.some(d => d.level === 'error'),
  }
}

function agree(ours: ReadingAnswer, theirs: ReadingAnswer): void {
  // kubectl stops a file at its first error; here the rest goes on.
  const compared = theirs.isError ? { ...ours, objects: ours.objects.slice(0, theirs.objects.length) } : ours
  assert.deepEqual(compared, theirs)
}

const replaced = /encoding: (?:latin 1|overlong)/

function check(reading: ReadingCase, theirs: ReadingAnswer): void {
  const ours = answerOf(reading)
  if (reading.deviation !== undefined) return
  // Bytes that are no text are read as kubectl reads them, and reported beside.
  agree(replaced.test(reading.name) ? { ...ours, isError: theirs.isError } : ours, theirs)
}

describe(`reading agrees with the recorded answers of kubectl ${recording.version}`, () => {
  for (const reading of readingCases) {
    test(reading.name, () => {
      const theirs = recording.answers[reading.name]
      assert.ok(theirs, 'not recorded: run tools/generate/record-reading.ts')
      check(reading, theirs)
    })
  }
})

test('reading as a stream gives the same objects', () => {
  const encoder = new TextEncoder()
  for (const { name, content } of readingCases) {
    // What a stream leaves out on purpose is named in src/read/manifests/README.md.
    if (name.startsWith('json:') || name.startsWith('stream:') || name.startsWith('encoding: UTF-16 JSON')) continue
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const stream = new ManifestStream('case.yaml')

    const streamed = [...stream.push(bytes).manifests, ...stream.end().manifests]

    const whole = readManifest('case.yaml', bytes).manifests
    const shown = (list: typeof whole): string[] =>
      list.map(m => `${m.document}:${m.line} ${printJson(m.kind === 'object' ? m.object : m.value)}`)
    assert.deepEqual(shown(streamed), shown(whole), name)
  }
})

describe('reading agrees with a real kubectl', { skip: skipWithoutControlPlane }, () => {
  let server: ControlPlane
  let answers: readonly ReadingAnswer[]
  before(async () => {
    server = await startControlPlane()
    answers = await kubectlAnswers(server, readingCases)
  })
  after(() => server?.stop())

  test('on every case', () => {
    for (const [i, reading] of readingCases.entries()) {
      const theirs = answers[i]!
      assert.deepEqual(recording.answers[reading.name], theirs, `the recording of ${reading.name} is out of date`)
      check(reading, theirs)
    }
  })
})
