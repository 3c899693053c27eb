import type { JsonObject, JsonValue } from '../../../src/lib/json/json-value.ts'
import { random } from './random-choice.ts'

/** One object about which the Pod Security Standards are asked. */
export interface PodCase {
  readonly name: string
  readonly object: JsonObject
  /** How a server is asked: by creating the object, or by adding its ephemeral container to a pod that has none. */
  readonly through: 'create' | 'ephemeralcontainers'
}

type Fields = { readonly [key: string]: JsonValue }
type Base = 'bare' | 'compliant' | 'windows'

/** Every control by every field, value, kind of container and circumstance that could matter to it; always the same. */
export function podCases(): readonly PodCase[] {
  const cases: PodCase[] = []
  const add = (name: string, object: JsonObject, through: PodCase['through'] = 'create'): void => {
    cases.push({ name, object, through })
  }
  for (const base of bases) add(`${base} pod`, pod(base, {}))
  for (const [name, fields] of containerFields()) {
    for (const base of bases) {
      for (const role of roles) {
        if (base === 'windows' && role !== 'main' && !name.includes('hostProcess')) continue
        const object = pod(base, withContainer(base, role, fields))
        add(`${base}, ${role} container: ${name}`, object, role === 'ephemeral' ? 'ephemeralcontainers' : 'create')
      }
    }
    if (/procMount|runAs|capabilities|privileged/i.test(name)) {
      for (const hostUsers of [true, false, null]) {
        for (const base of ['bare', 'compliant'] as const) {
          add(
            `${base}, hostUsers ${hostUsers}, main container: ${name}`,
            pod(base, { hostUsers, ...withContainer(base, 'main', fields) }),
          )
        }
      }
    }
  }
  for (const [name, fields, annotations] of podFields()) {
    for (const base of bases) add(`${base}: ${name}`, pod(base, fields, annotations))
    if (/runAs|hostUsers/.test(name)) {
      for (const hostUsers of [true, false]) {
        add(`bare, hostUsers ${hostUsers}: ${name}`, pod('bare', { hostUsers, ...fields }))
      }
    }
    if (/hostPort|ports|hostNetwork/.test(name)) {
      add(`bare Deployment: ${name}`, controllers['Deployment']!(template('bare', fields)))
    }
  }
  addMixtures(add)
  return cases
}

const bases = ['bare', 'compliant', 'windows'] as const
const roles = ['main', 'init', 'sidecar', 'ephemeral'] as const
type Role = (typeof roles)[number]

const image = 'registry.example.com/shop/web:1.4.2'

const podContext: Readonly<Record<Base, Fields>> = {
  bare: {},
  compliant: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  windows: { runAsNonRoot: true },
}

const containerContext: Readonly<Record<Base, Fields>> = {
  bare: {},
  compliant: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  windows: {},
}

function container(base: Base, name: string, fields: Fields): JsonObject {
  const { securityContext, ...rest } = fields
  const own =
    securityContext === null ? null : { ...containerContext[base], ...(securityContext as Fields | undefined) }
  const isEmpty = own !== null && Object.keys(own).length === 0 && securityContext === undefined
  return { name, image, ...(isEmpty ? {} : { securityContext: own }), ...rest }
}

function withContainer(base: Base, role: Role, fields: Fields): Fields {
  if (role === 'main') return { containers: [container(base, 'web', fields)] }
  const one = container(base, role, fields)
  if (role === 'ephemeral') return { ephemeralContainers: [one] }
  return { initContainers: [role === 'sidecar' ? { ...one, restartPolicy: 'Always' } : one] }
}

function template(base: Base, fields: Fields, annotations: Fields = {}): JsonObject {
  const { securityContext, ...rest } = fields
  const own = securityContext === null ? null : { ...podContext[base], ...(securityContext as Fields | undefined) }
  return {
    metadata: { labels: { app: 'web' }, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      ...(base === 'windows' ? { os: { name: 'windows' } } : {}),
      ...(own !== null && Object.keys(own).length === 0 && securityContext === undefined
        ? {}
        : { securityContext: own }),
      containers: [container(base, 'web', {})],
      ...rest,
    },
  }
}

function pod(base: Base, fields: Fields, annotations: Fields = {}): JsonObject {
  return podOf(template(base, fields, annotations))
}

function podOf(of: JsonObject): JsonObject {
  const { metadata, spec } = of as { readonly metadata: JsonObject; readonly spec: JsonObject }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', ...metadata }, spec }
}

const metadata = { name: 'web' }
const selector = { matchLabels: { app: 'web' } }
const apps =
  (kind: string, more: Fields = {}) =>
  (of: JsonObject): JsonObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector, ...more, template: of },
  })
const runOnce = (of: JsonObject): JsonObject => ({
  ...of,
  spec: { ...(of['spec'] as JsonObject), restartPolicy: 'Never' },
})

const controllers: Readonly<Record<string, (of: JsonObject) => JsonObject>> = {
  Deployment: apps('Deployment'),
  DaemonSet: apps('DaemonSet'),
  ReplicaSet: apps('ReplicaSet'),
  StatefulSet: apps('StatefulSet', { serviceName: 'web' }),
  Job: of => ({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: runOnce(of) } }),
  CronJob: of => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: runOnce(of) } } },
  }),
  ReplicationController: of => ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata,
    spec: { selector: { app: 'web' }, template: of },
  }),
  PodTemplate: of => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata, template: of }),
}

// ---- what a container can say

function containerFields(): readonly (readonly [string, Fields])[] {
  const rows: (readonly [string, Fields])[] = [
    ['securityContext null', { securityContext: null }],
    ['securityContext {}', { securityContext: {} }],
  ]
  const context = (key: string, ...values: readonly JsonValue[]): void => {
    for (const value of values) rows.push([`${key} ${JSON.stringify(value)}`, { securityContext: { [key]: value } }])
  }
  context('privileged', true, false, null)
  context('allowPrivilegeEscalation', true, false, null)
  context('runAsNonRoot', true, false, null)
  context('runAsUser', 0, 1, 10001, null)
  context('procMount', 'Default', 'Unmasked', null)
  context('capabilities', null, {}, { drop: ['ALL'] }, { drop: ['all'] }, { drop: ['NET_RAW'] }, { drop: [] })
  context('capabilities', { drop: ['NET_RAW', 'ALL'] }, { drop: ['ALL'], add: [] }, { drop: ['ALL'], add: null })
  for (const name of capabilities) context('capabilities', { drop: ['ALL'], add: [name] })
  context('capabilities', { add: ['NET_BIND_SERVICE', 'SYS_TIME'] }, { add: ['CHOWN'] })
  context('seccompProfile', ...profiles)
  context('appArmorProfile', ...profiles)
  context('seLinuxOptions', ...seLinux)
  context('windowsOptions', null, {}, { hostProcess: false }, { hostProcess: true }, { runAsUserName: 'ContainerUser' })
  rows.push(['ports', { ports: [{ containerPort: 8080 }] }])
  for (const hostPort of [0, 1, 8080, null]) {
    rows.push([`hostPort ${hostPort}`, { ports: [{ containerPort: 8080, hostPort }] }])
  }
  rows.push([
    'two ports, the second with hostPort',
    { ports: [{ containerPort: 1 }, { containerPort: 2, hostPort: 2 }] },
  ])
  for (const [name, handler] of handlers) {
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
      rows.push([`${probe} ${name}`, { [probe]: handler }])
    }
    if ('grpc' in handler) continue
    for (const hook of ['postStart', 'preStop']) rows.push([`${hook} ${name}`, { lifecycle: { [hook]: handler } }])
  }
  rows.push(['lifecycle null', { lifecycle: null }], ['livenessProbe null', { livenessProbe: null }])
  return rows
}

const capabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'NET_RAW',
  'NET_ADMIN',
  'SYS_ADMIN',
  'BPF',
  'ALL',
  'CAP_CHOWN',
  'chown',
  'CAP_NET_BIND_SERVICE',
  'net_bind_service',
  '',
]

const profiles: readonly JsonValue[] = [
  null,
  {},
  { type: 'RuntimeDefault' },
  { type: 'Localhost', localhostProfile: 'app.json' },
  { type: 'Unconfined' },
  { type: 'runtime/default' },
  { type: '' },
]

const seLinux: readonly JsonValue[] = [
  null,
  {},
  { level: 's0:c123,c456' },
  ...['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t', 'Container_t'].map(
    type => ({ type }),
  ),
  { user: 'system_u' },
  { role: 'system_r' },
  { user: '', role: '' },
  { type: 'container_t', user: 'u' },
]

const handlers: readonly (readonly [string, JsonObject])[] = [
  ['httpGet', { httpGet: { port: 80 } }],
  ['httpGet with host', { httpGet: { port: 80, host: '127.0.0.1' } }],
  ['httpGet with empty host', { httpGet: { port: 80, host: '' } }],
  ['httpGet with host null', { httpGet: { port: 80, host: null } }],
  ['httpGet with Host header', { httpGet: { port: 80, httpHeaders: [{ name: 'Host', value: 'example.com' }] } }],
  ['tcpSocket', { tcpSocket: { port: 80 } }],
  ['tcpSocket with host', { tcpSocket: { port: 80, host: '169.254.169.254' } }],
  ['exec', { exec: { command: ['true'] } }],
  ['grpc', { grpc: { port: 80 } }],
]

// ---- what a pod can say

function podFields(): readonly (readonly [string, Fields, Fields?])[] {
  const rows: (readonly [string, Fields, Fields?])[] = [
    ['securityContext null', { securityContext: null }],
    ['securityContext {}', { securityContext: {} }],
    ['no volumes', { volumes: null }],
    ['os linux', { os: { name: 'linux' } }],
    ['os null', { os: null }],
    ['initContainers null', { initContainers: null, ephemeralContainers: null }],
    ['empty lists', { initContainers: [], ephemeralContainers: [], volumes: [] }],
  ]
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace']) {
    for (const value of [true, false, null]) rows.push([`${key} ${value}`, { [key]: value }])
  }
  const port = { containers: [container('bare', 'web', { ports: [{ containerPort: 8080 }] })] }
  rows.push(['hostNetwork with ports', { hostNetwork: true, ...port }])
  rows.push(['no hostNetwork with ports', { hostNetwork: false, ...port }])
  rows.push(['hostNetwork, no ports', { hostNetwork: true }])
  const context = (key: string, ...values: readonly JsonValue[]): void => {
    for (const value of values) rows.push([`${key} ${JSON.stringify(value)}`, { securityContext: { [key]: value } }])
  }
  context('runAsNonRoot', true, false, null)
  context('runAsUser', 0, 1, null)
  context('seccompProfile', ...profiles)
  context('appArmorProfile', ...profiles)
  context('seLinuxOptions', ...seLinux)
  context('sysctls', null, [])
  for (const name of sysctls) context('sysctls', [{ name, value: '1' }])
  context('sysctls', [
    { name: 'kernel.shm_rmid_forced', value: '1' },
    { name: 'net.core.somaxconn', value: '1' },
  ])
  context('windowsOptions', null, {}, { hostProcess: false }, { hostProcess: true })
  for (const value of [true, false]) {
    rows.push([
      `hostProcess ${value} of pod and host network`,
      { hostNetwork: true, securityContext: { windowsOptions: { hostProcess: value } } },
    ])
  }
  for (const [name, source] of volumes) rows.push([`volume ${name}`, { volumes: [{ name: 'data', ...source }] }])
  rows.push([
    'two volumes',
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', hostPath: { path: '/tmp' } },
      ],
    },
  ])
  for (const container of ['web', 'other']) {
    for (const value of ['', 'runtime/default', 'localhost/app', 'unconfined', 'Runtime/Default', 'localhost']) {
      const key = `container.apparmor.security.beta.kubernetes.io/${container}`
      rows.push([`annotation ${key} ${JSON.stringify(value)}`, {}, { [key]: value }])
    }
  }
  for (const key of [
    'seccomp.security.alpha.kubernetes.io/pod',
    'container.seccomp.security.alpha.kubernetes.io/web',
    'container.seccomp.security.alpha.kubernetes.io/other',
  ]) {
    for (const value of ['', 'runtime/default', 'docker/default', 'localhost/app', 'unconfined', 'localhost']) {
      rows.push([`annotation ${key} ${JSON.stringify(value)}`, {}, { [key]: value }])
    }
  }
  // What the pod says and what its container says, together.
  for (const [key, values] of [
    ['runAsNonRoot', [true, false, undefined]],
    ['seccompProfile', [{ type: 'RuntimeDefault' }, { type: 'Unconfined' }, undefined]],
    ['runAsUser', [0, 7, undefined]],
  ] as const) {
    for (const above of values) {
      for (const below of values) {
        const of = (value: JsonValue | undefined): Fields =>
          value === undefined ? {} : { securityContext: { [key]: value } }
        const two = [container('bare', 'web', of(below)), container('bare', 'second', {})]
        const text = `${key} of pod ${JSON.stringify(above)}, of container ${JSON.stringify(below)}`
        rows.push([text, { ...of(above), containers: [two[0]!] }])
        rows.push([`${text}, of a second none`, { ...of(above), containers: two }])
      }
    }
  }
  return rows
}

const sysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_notsent_lowat',
  'net.core.somaxconn',
  'kernel.msgmax',
  'net/ipv4/tcp_rmem',
  'net.ipv4.tcp_tw_reuse',
]

const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
const volumes: readonly (readonly [string, JsonObject])[] = [
  ['without source', {}],
  ['emptyDir null', { emptyDir: null }],
  ['awsElasticBlockStore', { awsElasticBlockStore: { volumeID: 'v' } }],
  ['azureDisk', { azureDisk: { diskName: 'd', diskURI: '/subscriptions/x/disks/d', kind: 'Managed' } }],
  ['azureFile', { azureFile: { secretName: 's', shareName: 's' } }],
  ['cephfs', { cephfs: { monitors: ['10.0.0.1'] } }],
  ['cinder', { cinder: { volumeID: 'v' } }],
  ['configMap', { configMap: { name: 'c' } }],
  ['csi', { csi: { driver: 'secrets.example.com' } }],
  ['downwardAPI', { downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } }],
  ['emptyDir', { emptyDir: {} }],
  ['emptyDir in memory', { emptyDir: { medium: 'Memory' } }],
  ['ephemeral', { ephemeral: { volumeClaimTemplate: claim } }],
  ['fc', { fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } }],
  ['flexVolume', { flexVolume: { driver: 'example.com/lvm' } }],
  ['flocker', { flocker: { datasetName: 'd' } }],
  ['gcePersistentDisk', { gcePersistentDisk: { pdName: 'd' } }],
  ['gitRepo', { gitRepo: { repository: 'https://example.com/r.git' } }],
  ['glusterfs', { glusterfs: { endpoints: 'e', path: 'p' } }],
  ['hostPath', { hostPath: { path: '/tmp' } }],
  ['hostPath null', { hostPath: null }],
  ['image', { image: { reference: 'registry.example.com/models/m:1' } }],
  ['iscsi', { iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } }],
  ['nfs', { nfs: { server: 'nfs.example.com', path: '/' } }],
  ['persistentVolumeClaim', { persistentVolumeClaim: { claimName: 'c' } }],
  ['photonPersistentDisk', { photonPersistentDisk: { pdID: 'd' } }],
  ['portworxVolume', { portworxVolume: { volumeID: 'v' } }],
  ['projected', { projected: { sources: [{ configMap: { name: 'c' } }] } }],
  ['quobyte', { quobyte: { registry: '10.0.0.1:7861', volume: 'v' } }],
  ['rbd', { rbd: { monitors: ['10.0.0.1'], image: 'i' } }],
  ['scaleIO', { scaleIO: { gateway: 'https://g', system: 's', secretRef: { name: 's' }, volumeName: 'v' } }],
  ['secret', { secret: { secretName: 's' } }],
  ['storageos', { storageos: { volumeName: 'v' } }],
  ['vsphereVolume', { vsphereVolume: { volumePath: '/v' } }],
]

// ---- several things at once, on every kind

function addMixtures(add: (name: string, object: JsonObject) => void): void {
  const choose = random(20_261_125)
  const inContainers = containerFields().filter(([name]) => !/null|hostProcess/.test(name))
  const inPods = podFields().filter(([name]) => !/null|hostProcess|of container|ports/.test(name))
  const kinds = [...Object.keys(controllers), 'Pod']
  for (let i = 0; i < 270; i++) {
    const kind = kinds[i % kinds.length]!
    const base = choose(bases)
    const names: string[] = []
    const someFields = (): Fields => {
      const [first, second] = [choose(inContainers), choose(inContainers)]
      if (choose([true, true, false])) {
        names.push(first[0])
        return first[1]
      }
      names.push(`${first[0]} + ${second[0]}`)
      const context = { ...(first[1]['securityContext'] as Fields), ...(second[1]['securityContext'] as Fields) }
      return { ...first[1], ...second[1], securityContext: context }
    }
    const annotations: { [key: string]: JsonValue } = {}
    let fields: { [key: string]: JsonValue } = {}
    for (let n = choose([0, 1, 1, 2]); n > 0; n--) {
      const [name, chosen, noted] = choose(inPods)
      names.push(name)
      const context = { ...(fields['securityContext'] as Fields), ...(chosen['securityContext'] as Fields) }
      fields = { ...fields, ...chosen, securityContext: context }
      Object.assign(annotations, noted)
    }
    if (choose([true, false, false])) fields['hostUsers'] = choose([true, false])
    fields['containers'] = [container(base, 'web', someFields())]
    if (choose([true, false])) fields['initContainers'] = [container(base, 'init', someFields())]
    const of = template(base, fields, annotations)
    const object = kind === 'Pod' ? podOf(of) : controllers[kind]!(of)
    add(`mixture ${i}: ${base} ${kind}: ${names.join('; ')}`, object)
  }
  // Each kind once without anything, once with everything wrong that a kind can be asked about.
  for (const [kind, make] of Object.entries(controllers)) {
    for (const base of bases) add(`${base} ${kind}`, make(template(base, {})))
    add(
      `bad ${kind}`,
      make(
        template('bare', {
          hostPID: true,
          hostIPC: true,
          hostNetwork: true,
          volumes: [{ name: 'a', hostPath: { path: '/' } }],
          initContainers: [container('bare', 'init', { securityContext: { privileged: true } })],
        }),
      ),
    )
  }
  add('ReplicationController without template', {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata,
    spec: { selector: { app: 'web' } },
  })
}
