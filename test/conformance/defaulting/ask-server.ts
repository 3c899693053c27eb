import { startControlPlane } from '../../control-plane.ts'

export interface ServerAnswer {
  /** `Pod/pod-smallest`. */
  readonly name: string
  readonly object?: Record<string, unknown>
  readonly error?: string
}

/** Plug-ins that add to an object what depends on the cluster and is no default. */
const disabled =
  'ServiceAccount,DefaultTolerationSeconds,Priority,StorageObjectInUseProtection,TaintNodesByCondition,PodTopologyLabels'

/** A real API server's answer to a dry-run creation of each object, less generated metadata and status. */
export async function askForDefaults(objects: readonly Record<string, unknown>[]): Promise<ServerAnswer[]> {
  const server = await startControlPlane({ apiServerFlags: [`--disable-admission-plugins=${disabled}`] })
  try {
    const answers: ServerAnswer[] = []
    for (const object of objects) {
      const name = `${String(object['kind'])}/${(object['metadata'] as { name: string }).name}`
      const { code, stdout, stderr } = await server.kubectl(
        ['create', '--dry-run=server', '--validate=false', '-o', 'json', '-f', '-'],
        JSON.stringify(object),
      )
      answers.push(
        code === 0
          ? { name, object: withoutGenerated(JSON.parse(stdout) as Record<string, unknown>) }
          : { name, error: stderr.trim() },
      )
    }
    return answers
  } finally {
    await server.stop()
  }
}

/** The object without status and the metadata that every creation generates anew. */
export function withoutGenerated(object: Record<string, unknown>): Record<string, unknown> {
  const { status: _, ...rest } = object
  const metadata = { ...(rest['metadata'] as Record<string, unknown>) }
  for (const key of ['uid', 'creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'namespace'])
    delete metadata[key]
  return { ...rest, metadata }
}
