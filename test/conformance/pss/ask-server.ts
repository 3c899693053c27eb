import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { ApiClient, inParallel, type Reply } from '../../api-client.ts'
import { startControlPlane } from '../../control-plane.ts'
import type { PodCase } from './pod-cases.ts'

export type Level = 'baseline' | 'restricted'

/** The controls that each level found violated, by the first version of which that holds; `refused` never got so far. */
export type StandardAnswer =
  | 'refused'
  | { readonly baseline: readonly VersionedControls[]; readonly restricted: readonly VersionedControls[] }

/** `[19, 'hostPorts privileged']`: from 1.19 on, until the next entry. */
export type VersionedControls = readonly [since: number, controls: string]

/** Stands for the version `latest` in a list of minor versions. */
export const LATEST = 999

/** Asks Pod Security Admission of a real API server about each case, at both levels of every version up to its own. */
export async function askStandards(
  cases: readonly PodCase[],
): Promise<{ readonly newest: number; readonly answers: readonly StandardAnswer[] }> {
  const server = await startControlPlane({ apiServerFlags: ['--disable-admission-plugins=ServiceAccount'] })
  const client = new ApiClient(server)
  try {
    const version = JSON.parse((await server.kubectl(['get', '--raw', '/version'])).stdout) as { minor: string }
    const newest = Number.parseInt(version.minor, 10)
    const namespaces: Namespace[] = []
    for (const level of ['baseline', 'restricted'] as const) {
      for (let minor = 0; minor <= newest; minor++) namespaces.push({ level, minor })
      namespaces.push({ level, minor: LATEST })
    }
    await inParallel(namespaces, 16, namespace => prepare(client, namespace, cases))
    const answers: StandardAnswer[] = []
    await inParallel(
      cases.map((one, index) => ({ one, index })),
      12,
      async ({ one, index }) => {
        answers[index] = await ask(client, one, index, namespaces)
      },
    )
    return { newest, answers }
  } finally {
    client.close()
    await server.stop()
  }
}

interface Namespace {
  readonly level: Level
  readonly minor: number
}

const nameOf = ({ level, minor }: Namespace): string => `${level}-${minor === LATEST ? 'latest' : minor}`

/** A namespace that enforces, and warns of, one version; made with its pods before it does. */
async function prepare(client: ApiClient, namespace: Namespace, cases: readonly PodCase[]): Promise<void> {
  const name = nameOf(namespace)
  await client.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const [index, { object, through }] of cases.entries()) {
    if (through !== 'ephemeralcontainers') continue
    const { ephemeralContainers: _, ...spec } = object['spec'] as JsonObject
    const pod = { ...object, metadata: { name: `pod-${index}` }, spec }
    const { code, body } = await client.send('POST', `/api/v1/namespaces/${name}/pods`, pod)
    if (code !== 201) throw new Error(`pod ${index} was not created: ${body}`)
  }
  const version = namespace.minor === LATEST ? 'latest' : `v1.${namespace.minor}`
  const labels = {
    'pod-security.kubernetes.io/enforce': namespace.level,
    'pod-security.kubernetes.io/enforce-version': version,
    'pod-security.kubernetes.io/warn': namespace.level,
    'pod-security.kubernetes.io/warn-version': version,
  }
  await client.send('PATCH', `/api/v1/namespaces/${name}`, { metadata: { labels } })
}

async function ask(
  client: ApiClient,
  one: PodCase,
  index: number,
  namespaces: readonly Namespace[],
): Promise<StandardAnswer> {
  const found: { [level in Level]: VersionedControls[] } = { baseline: [], restricted: [] }
  for (const namespace of namespaces) {
    const { code, body, warnings } = await send(client, one, index, nameOf(namespace))
    const text = code === 403 ? body : warnings.join('\n')
    const violated = /violates? PodSecurity ("|\\")/.exec(text)
    if (code !== 200 && code !== 201 && violated === null) return 'refused'
    const controls = violated === null ? '' : controlsIn(text, namespace).join(' ')
    const list = found[namespace.level]
    if (list.at(-1)?.[1] !== controls) list.push([namespace.minor, controls])
  }
  return found
}

function send(client: ApiClient, { object, through }: PodCase, index: number, namespace: string): Promise<Reply> {
  if (through === 'ephemeralcontainers') {
    const { ephemeralContainers } = object['spec'] as JsonObject
    const path = `/api/v1/namespaces/${namespace}/pods/pod-${index}/ephemeralcontainers?dryRun=All`
    return client.send('PATCH', path, { spec: { ephemeralContainers: ephemeralContainers ?? [] } })
  }
  const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string }
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  return client.send('POST', `${group}/namespaces/${namespace}/${kind.toLowerCase()}s?dryRun=All`, object)
}

/** The controls behind the reasons that a refusal or warning lists as `reason (detail), reason (detail)`. */
function controlsIn(text: string, { level, minor }: Namespace): readonly string[] {
  const controls = reasons.flatMap(([reason, control]) => (text.includes(`${reason} (`) ? [control] : []))
  if (controls.length === 0) throw new Error(`no known reason in: ${text}`)
  return controls.map(control => {
    if (control === 'seccompProfile') return `seccompProfile_${minor < 19 ? 'baseline' : level}`
    return control
  })
}

const reasons = [
  ['allowPrivilegeEscalation != false', 'allowPrivilegeEscalation'],
  ['forbidden AppArmor profile', 'appArmorProfile'],
  ['forbidden AppArmor profiles', 'appArmorProfile'],
  ['non-default capabilities', 'capabilities_baseline'],
  ['unrestricted capabilities', 'capabilities_restricted'],
  ['host namespaces', 'hostNamespaces'],
  ['hostPath volumes', 'hostPathVolumes'],
  ['hostPort', 'hostPorts'],
  ['probe or lifecycle host', 'hostProbesAndHostLifecycle'],
  [' privileged', 'privileged'],
  ['procMount', 'procMount'],
  ['restricted volume types', 'restrictedVolumes'],
  ['runAsNonRoot != true', 'runAsNonRoot'],
  ['runAsUser=0', 'runAsUser'],
  ['seLinuxOptions', 'seLinuxOptions'],
  ['seccompProfile', 'seccompProfile'],
  ['forbidden sysctls', 'sysctls'],
  ['hostProcess', 'windowsHostProcess'],
] as const
