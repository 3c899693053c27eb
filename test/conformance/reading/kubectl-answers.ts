import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomic } from '../../../src/adapters/fs/atomic-write.ts'
import type { ControlPlane } from '../../control-plane.ts'
import type { ReadingCase } from './cases.ts'

/** What kubectl made of one input: its objects in the canonical form below, and whether it reported an error. */
export interface ReadingAnswer {
  readonly objects: readonly string[]
  readonly isError: boolean
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.reading.test' },
  spec: {
    group: 'reading.test',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

/** Asks a real kubectl how it reads each input: a custom resource of unknown schema, created in a client-side dry run. */
export async function kubectlAnswers(server: ControlPlane, cases: readonly ReadingCase[]): Promise<ReadingAnswer[]> {
  const created = await server.kubectl(['create', '-f', '-'], JSON.stringify(definition))
  if (created.code !== 0) throw new Error(created.stderr)
  const waited = await server.kubectl([
    'wait',
    '--for=condition=Established',
    'crd/things.reading.test',
    '--timeout=60s',
  ])
  if (waited.code !== 0) throw new Error(waited.stderr)
  const home = mkdtempSync(join(tmpdir(), 'reading-'))
  try {
    const answers = new Array<ReadingAnswer>(cases.length)
    let next = 0
    const worker = async (): Promise<void> => {
      for (let i = next++; i < cases.length; i = next++) {
        const folder = join(home, String(i))
        mkdirSync(folder)
        const file = join(folder, 'case.yaml')
        await writeFileAtomic(file, cases[i]!.content)
        const args = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', file]
        const { code, stdout, stderr } = await server.kubectl(args)
        // An empty input is read well; only `create` has nothing to do then.
        const isNothing = stderr.includes('no objects passed to create')
        answers[i] = { objects: splitObjects(stdout).map(canonical), isError: code !== 0 && !isNothing }
      }
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    return answers
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** kubectl prints one indented object after the other. */
function splitObjects(stdout: string): string[] {
  return stdout.split(/^(?=\{$)/m).filter(text => text.trim() !== '')
}

// The reviver of ES2025 sees the source text of primitives; the standard library types here do not know that yet.
type SourceReviver = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

/** JSON with sorted keys, integers in full, without the namespace that kubectl adds. */
export function canonical(text: string): string {
  const exact = (JSON.parse as SourceReviver)(text, (_key, value, { source }) => {
    const isLarge = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?[0-9]+$/.test(source ?? '')
    return isLarge ? { [integerMark]: source } : value
  })
  return printed(exact, true)
}

const integerMark = '\u0000integer'

function printed(value: unknown, isRoot: boolean): string {
  if (Array.isArray(value)) return `[${value.map(item => printed(item, false)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Object.hasOwn(value, integerMark)) return String((value as Record<string, unknown>)[integerMark])
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries
    .map(([key, member]) => {
      const { namespace: _, ...metadata } = isRoot && key === 'metadata' ? (member as Record<string, unknown>) : {}
      return `${JSON.stringify(key)}:${printed(isRoot && key === 'metadata' ? metadata : member, false)}`
    })
    .join(',')}}`
}
