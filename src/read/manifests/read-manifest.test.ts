import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printJson } from '../../lib/json/print-json.ts'
import { locateManifest } from './locate-manifest.ts'
import { defaultManifestLimits, type ManifestReading } from './manifest.ts'
import { ObjectPrinter } from './print-objects.ts'
import { readManifest } from './read-manifest.ts'
import { ManifestStream } from './stream.ts'

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`

function shown(reading: ManifestReading): string[] {
  return reading.manifests.map(m =>
    m.kind === 'object'
      ? `${m.document}:${m.line} ${String(m.object['kind'])} ${printJson((m.object['metadata'] as never)?.['name'] ?? null)}`
      : `${m.document}:${m.line} ${m.reason}`,
  )
}

function codes(reading: ManifestReading): string[] {
  return reading.diagnostics.map(d => `${d.line}:${d.column} ${d.code}`)
}

describe('reading one input', () => {
  const cases: readonly {
    name: string
    content: string | Uint8Array
    manifests: readonly string[]
    diagnostics?: readonly string[]
  }[] = [
    { name: 'one object', content: pod('a'), manifests: ['0:1 Pod "a"'] },
    { name: 'a comment first', content: `# c\n\n${pod('a')}`, manifests: ['0:3 Pod "a"'] },
    { name: 'two documents', content: `${pod('a')}---\n# c\n${pod('b')}`, manifests: ['0:1 Pod "a"', '1:7 Pod "b"'] },
    {
      name: 'a broken document between good ones',
      content: `${pod('a')}---\na: [\n---\n${pod('b')}`,
      manifests: ['0:1 Pod "a"', '2:8 Pod "b"'],
      diagnostics: ['6:5 YAML_SYNTAX'],
    },
    {
      name: 'values that are no objects',
      content: 'a: 1\n---\n- x\n---\ntext\n---\nkind: Pod\n',
      manifests: ['0:1 has no apiVersion and kind', '1:3 is a list', '2:5 is plain text', '3:7 has no apiVersion'],
    },
    {
      name: 'text behind an object, which kubectl refuses',
      content: `${pod('a')}---\njust text\n`,
      manifests: ['0:1 Pod "a"', '1:6 is plain text'],
      diagnostics: ['6:1 READ_NO_OBJECT'],
    },
    {
      name: 'values before and between objects',
      content: `5\n---\na: 1\n---\n${pod('a')}---\n- x\n`,
      manifests: ['0:1 is a single value', '1:3 has no apiVersion and kind', '2:5 Pod "a"', '3:10 is a list'],
      diagnostics: ['1:1 READ_NO_OBJECT', '3:1 READ_NO_OBJECT', '10:1 READ_NO_OBJECT'],
    },
    {
      name: 'text behind a JSON value',
      content: '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}} trailing',
      manifests: ['0:1 Pod "a"', '1:1 is plain text'],
      diagnostics: ['1:1 READ_NO_OBJECT'],
    },
    { name: 'a document that ends at once', content: '---\n...\n', manifests: [] },
    { name: 'nothing', content: '# c\n---\n\n', manifests: [] },
    {
      name: 'a List',
      content: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n-\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n`,
      manifests: ['0:4 Pod "a"', '0:8 Pod "b"'],
    },
    {
      name: 'a List of a kind, whose items say none',
      content: 'apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n',
      manifests: ['0:4 Pod "a"'],
    },
    {
      name: 'a List inside a List',
      content: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items: []\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n`,
      manifests: ['0:7 Pod "b"'],
      diagnostics: ['4:1 READ_NESTED_LIST'],
    },
    {
      name: 'duplicate keys',
      content: `${pod('a')}kind: Job\n`,
      manifests: ['0:1 Job "a"'],
      diagnostics: ['5:1 YAML_DUPLICATE_KEY'],
    },
    { name: 'JSON', content: `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}`, manifests: ['0:1 Pod "a"'] },
    {
      name: 'JSON that is YAML',
      content: `{"apiVersion":"v1",'kind':Pod,"metadata":{"name":"a",},}`,
      manifests: ['0:1 Pod "a"'],
    },
    {
      name: 'broken JSON',
      content: `{"apiVersion":"v1",\n"kind":]\n}`,
      manifests: [],
      diagnostics: ['2:8 JSON_SYNTAX'],
    },
    { name: 'Windows lines', content: pod('a').replaceAll('\n', '\r\n'), manifests: ['0:1 Pod "a"'] },
    {
      name: 'a binary file',
      content: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0]),
      manifests: [],
      diagnostics: ['1:1 READ_BINARY'],
    },
    {
      name: 'UTF-16 without a mark',
      content: Uint8Array.from([...pod('a')].flatMap(c => [c.charCodeAt(0), 0])),
      manifests: [],
      diagnostics: ['1:1 READ_UTF16_WITHOUT_MARK'],
    },
    {
      name: 'bytes that are not UTF-8',
      content: Uint8Array.from(pod('caf\xe9'), c => c.charCodeAt(0)),
      manifests: ['0:1 Pod "caf\ufffd"'],
      diagnostics: ['4:12 READ_INVALID_UTF8'],
    },
    { name: 'U+FFFD that the author wrote', content: pod('\ufffd'), manifests: ['0:1 Pod "\ufffd"'] },
  ]
  const encoder = new TextEncoder()
  for (const { name, content, manifests, diagnostics = [] } of cases) {
    test(name, () => {
      const reading = readManifest('f', typeof content === 'string' ? encoder.encode(content) : content)

      assert.deepEqual(shown(reading), manifests)
      assert.deepEqual(codes(reading), diagnostics)
    })
  }
})

test('documents are counted as read, damaged and skipped', () => {
  const reading = readManifest('f', `${pod('a')}---\na: [\n---\nx: 1\n---\n`)

  assert.deepEqual(reading.documents, { read: 2, damaged: 1, skipped: 1 })
  const text = readManifest('f', `text\n---\n${pod('a')}---\n5\n`)
  assert.deepEqual(text.documents, { read: 1, damaged: 2, skipped: 0 })
})

test('a place in a List item is a place in the file', () => {
  const text = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n-   apiVersion: v1\n    kind: Pod\n    metadata:\n        name: b\n`
  const places = readManifest('f', text).manifests.map(m =>
    m.kind === 'object' ? locateManifest(m.source, [['metadata', 'name'], ['kind']]) : [],
  )

  assert.deepEqual(
    places.map(list => list.map(({ line, column }) => [line, column])),
    [
      [
        [4, 42],
        [4, 20],
      ],
      [
        [8, 9],
        [6, 5],
      ],
    ],
  )
})

test('a place in a minified JSON List is found without walking the line', () => {
  const items = Array.from({ length: 20_000 }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${i}` },
  }))
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const { manifests } = readManifest('f', text)
  const before = performance.now()

  const columns = manifests.map(m =>
    m.kind === 'object' ? locateManifest(m.source, [['metadata', 'name']])[0]!.column : 0,
  )

  assert.equal(columns[19_999], text.lastIndexOf('"name"') + 1)
  assert.ok(performance.now() - before < 2000)
})

describe('bounds are held and the rest goes on', () => {
  const limits = { ...defaultManifestLimits, maxDocumentBytes: 200, maxDocuments: 3, maxDepth: 10, maxStringBytes: 50 }
  const cases = [
    { name: 'a large document', bad: `${pod('big')}x: [${'1, '.repeat(100)}1]\n`, code: 'READ_DOCUMENT_LIMIT' },
    { name: 'depth', bad: `a: ${'['.repeat(11)}${']'.repeat(11)}\n`, code: 'YAML_DEPTH_LIMIT' },
    { name: 'a long string', bad: `a: ${'x'.repeat(51)}\n`, code: 'YAML_STRING_LIMIT' },
  ]
  for (const { name, bad, code } of cases) {
    test(name, () => {
      const reading = readManifest('f', `${pod('a')}---\n${bad}---\n${pod('b')}`, limits)

      assert.deepEqual(
        shown(reading).map(text => text.replace(/^\S+ /, '')),
        ['Pod "a"', 'Pod "b"'],
      )
      assert.deepEqual(
        reading.diagnostics.map(d => d.code),
        [code],
      )
    })
  }

  test('the number of documents', () => {
    const reading = readManifest('f', `${pod('a')}---\n`.repeat(5), limits)

    assert.equal(reading.manifests.length, 3)
    assert.deepEqual(
      reading.diagnostics.map(d => d.code),
      ['READ_DOCUMENTS_LIMIT'],
    )
  })
})

describe('hostile inputs take less than a second', () => {
  const mebibytes = (text: string, count: number): string =>
    text.repeat(Math.floor((count * 1024 * 1024) / text.length))
  const cases: readonly (readonly [name: string, text: () => string])[] = [
    ['a line of 100 MB', () => `a: ${mebibytes('x', 100)}\n`],
    ['a million brackets', () => `{"a":${'['.repeat(1_000_000)}`],
    ['millions of JSON documents', () => mebibytes('{}', 15)],
    ['millions of separators', () => mebibytes('---\n', 15)],
    ['an open quote', () => `a: "${mebibytes('x y\n ', 15)}`],
    ['colons', () => mebibytes(':', 15)],
    ['question marks', () => mebibytes('? ', 15)],
    ['anchors', () => Array.from({ length: 500_000 }, (_, i) => `k${i}: &a${i} 1\n`).join('')],
    ['duplicate keys', () => mebibytes('a: 1\n', 10)],
    ['a list of 200,000 entries', () => `${pod('a')}x:\n${'- y\n'.repeat(200_000)}`],
    ['digits', () => `{"a":${mebibytes('1', 15)}}`],
  ]
  for (const [name, text] of cases) {
    test(name, () => {
      const content = text()
      const before = process.threadCpuUsage()

      readManifest('f', content)

      const { user, system } = process.threadCpuUsage(before)
      // Twice the promise, for a machine that does other work as well.
      assert.ok((user + system) / 1000 < 2000, `${(user + system) / 1000} ms`)
    })
  }
})

test('a stream in any pieces gives what the whole gives', () => {
  const encoder = new TextEncoder()
  const inputs = [
    `# c\n---\n${pod('a')}---\na: [\n---\n${pod('\u00e9\u6f22\u{1f600}')}`,
    `apiVersion: v1\nitems:\n${pod('a').replace(/^/gm, '  ').replace('  ', '- ').trimEnd()}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\nkind: List\n`,
    `{\n "apiVersion": "v1",\n "items": [\n  {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a\\"]}"}},\n  {"metadata":{"name":"b"}}\n ],\n "kind": "PodList"\n}\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"},"n":9007199254740993}`,
    `\ufeff${pod('a')}`.replaceAll('\n', '\r\n'),
  ]
  for (const input of inputs) {
    const bytes = encoder.encode(input)
    const whole = readManifest('f', bytes)
    for (let size = 1; size < 40; size += 3) {
      const stream = new ManifestStream('f')
      const parts: ManifestReading[] = []
      const buffer = new Uint8Array(size)
      for (let at = 0; at < bytes.length; at += size) {
        // The buffer is used again, as a reader of files does.
        const part = bytes.subarray(at, at + size)
        buffer.set(part)
        parts.push(stream.push(buffer.subarray(0, part.length)))
      }
      parts.push(stream.end())
      const print = (readings: readonly ManifestReading[]): string =>
        readings.map(reading => new ObjectPrinter('ndjson').print(reading.manifests)).join('')
      assert.equal(print(parts), print([whole]), `in pieces of ${size}`)
      assert.deepEqual(parts.flatMap(codes), codes(whole))
    }
  }
})

test('an item beyond the bound is told, and the next is read', () => {
  const limits = { ...defaultManifestLimits, maxDocumentBytes: 300 }
  const item = (name: string, more: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, more })
  const json = `{"kind":"List","apiVersion":"v1","items":[${item('a', '')},${item('b', 'x'.repeat(10_000))},${item('c', '')}]}`
  const stream = new ManifestStream('f', limits)

  const readings = [stream.push(new TextEncoder().encode(json)), stream.end()]

  assert.deepEqual(readings.flatMap(shown), ['0:1 Pod "a"', '0:1 Pod "c"'])
  assert.deepEqual(
    readings.flatMap(r => r.diagnostics.map(d => d.code)),
    ['READ_DOCUMENT_LIMIT'],
  )
})

test('objects are printed as they were read', () => {
  const { manifests } = readManifest('a/b.yaml', `${pod('x')}count: 9007199254740993\n---\ntext\n`)

  assert.equal(
    new ObjectPrinter('ndjson').print(manifests),
    '{"file":"a/b.yaml","document":0,"line":1,"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"count":9007199254740993}}\n' +
      '{"file":"a/b.yaml","document":1,"line":7,"kind":null,"object":"text"}\n',
  )
  assert.equal(
    new ObjectPrinter('yaml').print(manifests),
    `---\n# a/b.yaml:1\n${pod('x')}count: 9007199254740993\n---\n# a/b.yaml:7\ntext\n`,
  )
})

test('every reading of a document notes what YAML 1.2 takes differently, values that were seen before included', () => {
  const text = 'apiVersion: v1\nkind: A\na: yes\nb: [no, {c: 0644}]\non: 1\nd: "yes"\n'

  for (let i = 0; i < 2; i++) {
    const [manifest] = readManifest('a.yaml', text).manifests
    assert.ok(manifest?.kind === 'object')
    assert.deepEqual(
      manifest.notes?.map(({ kind, path, text: written }) => [kind, path.join('.'), written]),
      [
        ['ambiguous-scalar', 'a', 'yes'],
        ['ambiguous-scalar', 'b.0', 'no'],
        ['ambiguous-scalar', 'b.1.c', '0644'],
        ['ambiguous-key', 'true', 'on'],
      ],
    )
  }
})

test('a JSON file with comments that names no object is skipped, not damaged; one that names one is damaged', () => {
  const settings = '{\n  // for the compiler\n  "compilerOptions": {"strict": true},\n}\n'
  const manifest = '{\n  // a pod\n  "apiVersion": "v1", "kind": "Pod"\n}\n'

  const [skipped, damaged, yaml] = [
    readManifest('tsconfig.json', settings),
    readManifest('pod.json', manifest),
    readManifest('settings.yaml', settings),
  ]

  assert.deepEqual(skipped.documents, { read: 1, damaged: 0, skipped: 1 })
  assert.deepEqual(skipped.diagnostics, [])
  assert.equal(damaged.documents.damaged, 1)
  assert.equal(yaml.documents.damaged, 1)
})
