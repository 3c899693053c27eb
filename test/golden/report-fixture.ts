import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Finding, Location } from '../../src/model/finding.ts'
import type { Report } from '../../src/model/report.ts'
import type { RuleMeta } from '../../src/model/rule.ts'
import type { Severity } from '../../src/model/severity.ts'
import type { ObjectRef } from '../../src/model/subject.ts'

// One report that holds everything a format has to get right: several findings at one place, one finding in several
// places, Korean names, hostile names, an undecided verdict, an exception, exact large integers, a partial scan.

const webYaml = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example.com/shop/web:2.4.1
          securityContext: {}
          resources:
            requests: { cpu: 100m, memory: 128Mi }
        - name: log-shipper
          image: registry.example.com/ops/shipper:latest
          securityContext:
            privileged: true
`

const koreanYaml = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: 주문-데이터베이스
  namespace: 결제
spec:
  template:
    spec:
      hostPID: true # 임시: 점검이 끝나면 지운다
      containers: [{ name: 디비, image: "postgres:17.2" }]
`

const secretYaml = `apiVersion: v1
kind: Secret
metadata:
  name: gateway
  namespace: shop
stringData:
  api-key: hunter2-do-not-print-me
`

const sources: ReadonlyMap<string, readonly string[]> = new Map([
  ['deploy/web.yaml', webYaml.split('\n')],
  ['deploy/결제/주문.yaml', koreanYaml.split('\n')],
  ['deploy/secret.yaml', secretYaml.split('\n')],
])

export function fixtureLine(file: string, line: number): string | undefined {
  return sources.get(file)?.[line - 1]
}

const rules: readonly RuleMeta[] = [
  rule(
    'BW-POD-001',
    'Container runs privileged',
    'critical',
    'Remove `privileged: true`. If the process needs one particular right, add exactly that capability instead:\n\n    securityContext:\n      privileged: false\n\nAgents that configure the node belong in a namespace of their own.',
  ),
  rule(
    'BW-POD-002',
    'Privilege escalation is not ruled out',
    'high',
    'Set `allowPrivilegeEscalation: false` on the container.',
  ),
  rule(
    'BW-POD-003',
    'Container may run as root',
    'high',
    'Set `runAsNonRoot: true` in the securityContext of the pod or of the container.',
  ),
  rule('BW-POD-007', 'Pod shares the process namespace of the node', 'high', 'Remove `hostPID: true`.'),
  rule(
    'BW-POD-028',
    'AppArmor is switched off',
    'medium',
    "Remove the `Unconfined` profile; the runtime's default profile then holds.",
  ),
  rule(
    'BW-RES-003',
    'Memory request is missing',
    'medium',
    'Set `resources.requests.memory` to what the container uses in normal operation.',
  ),
  rule(
    'BW-IMG-001',
    'Image tag is `latest` or missing',
    'medium',
    'Name a version, best with its digest: `image: registry.example.com/app:1.4.2@sha256:…`.',
  ),
  rule(
    'BW-SEC-009',
    'Secret value stands in a manifest',
    'high',
    'Take the value out of the file and let the secret store of the platform deliver it. Rotate it: it is in the history.',
  ),
  rule('BW-NS-005', 'Owner label is missing', 'low', 'Set the label `app.kubernetes.io/managed-by` and name an owner.'),
]

function rule(id: string, title: string, severity: Severity, remediation: string): RuleMeta {
  return {
    id,
    title,
    severity,
    category: id.startsWith('BW-POD') ? 'pod-security' : 'hygiene',
    frameworks: id.startsWith('BW-POD') ? ['pss:restricted', 'cis-1.12:5.2.6', 'nsa'] : [],
    aliases: id === 'BW-POD-001' ? ['kube-linter:privileged-container', 'pss:privileged'] : [],
    platforms: ['kubernetes'],
    rationale: `${title}. Whoever takes over the process in it gains more than the application ever needed; <b>markup</b> in a rule is text.`,
    remediation,
    effort: 'low',
    breaks: 'maybe',
    absorbs: [],
    params: [],
    recommended: true,
    docs: `docs/rules/${id}.md`,
  }
}

const web: ObjectRef = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }
const order: ObjectRef = { group: 'apps', kind: 'StatefulSet', namespace: '결제', name: '주문-데이터베이스' }
const gateway: ObjectRef = { group: '', kind: 'Secret', namespace: 'shop', name: 'gateway' }

/** Every way to break out of a format that we know of, in one name. */
export const hostileName =
  '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'`|*_[x](https://evil.example)\n::error::owned\r\n##vso[task.setvariable variable=x]y\n##[command]z\u001b[31mred\u001b]0;title\u0007\u202egnp.exe\u2028@admin #1 =HYPERLINK("https://evil.example")'
const hostile: ObjectRef = { group: '', kind: 'Pod', namespace: 'default', name: hostileName }

let serial = 0

function fingerprint(): string {
  serial++
  return `f1:${(serial * 0x9e3779b1).toString(16).padStart(32, '0')}`
}

function place(file: string, line: number, column: number, key: string): Location {
  return { file, line, column, key, fingerprint: fingerprint(), origin: 'exact' }
}

type FindingParts = Pick<Finding, 'ruleId' | 'subject' | 'message' | 'locations'> & Partial<Finding>

function finding(parts: FindingParts): Finding {
  const meta = rules.find(entry => parts.ruleId.startsWith(entry.id))
  return {
    verdict: 'fail',
    status: 'new',
    severity: meta?.severity ?? 'info',
    element: '',
    evidence: [],
    frameworks: meta?.frameworks ?? [],
    aliases: meta?.aliases ?? [],
    fingerprint: fingerprint(),
    ...parts,
  }
}

const findings: readonly Finding[] = [
  finding({
    ruleId: 'BW-POD-001',
    subject: web,
    element: 'container/log-shipper',
    message: 'container "log-shipper" may act as root on the node (privileged: true)',
    evidence: [{ pointer: '/spec/template/spec/containers/1/securityContext/privileged', value: true }],
    locations: [place('deploy/web.yaml', 22, 25, 'container/log-shipper')],
  }),
  finding({
    ruleId: 'BW-POD-002',
    subject: web,
    message: 'container "web" may escalate privileges',
    evidence: [{ pointer: '/spec/template/spec/containers/0/securityContext', value: {} }],
    locations: [place('deploy/web.yaml', 16, 28, 'container/web')],
    fix: {
      level: 'safe',
      proven: true,
      patch: [
        {
          op: 'add',
          path: '/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation',
          value: false,
        },
      ],
    },
  }),
  finding({
    ruleId: 'BW-POD-003',
    subject: web,
    message: 'containers "web", "log-shipper" may run as root: neither pod nor container sets runAsNonRoot',
    evidence: [
      { pointer: '/spec/template/spec/containers/0/securityContext/runAsUser', value: 9223372036854775807n },
      { pointer: '/spec/template/spec/containers/1/securityContext/runAsNonRoot', value: null },
    ],
    locations: [
      place('deploy/web.yaml', 16, 28, 'container/web'),
      place('deploy/web.yaml', 21, 11, 'container/log-shipper'),
    ],
  }),
  finding({
    ruleId: 'BW-IMG-001',
    subject: web,
    message: 'container "log-shipper" uses the tag latest',
    locations: [place('deploy/web.yaml', 20, 18, 'container/log-shipper')],
  }),
  finding({
    ruleId: 'BW-NS-005',
    subject: web,
    status: 'excepted',
    message: 'label app.kubernetes.io/managed-by is missing',
    locations: [place('deploy/web.yaml', 4, 3, '')],
  }),
  finding({
    ruleId: 'BW-POD-007',
    subject: order,
    message: 'pod sees the processes of its node (hostPID: true)',
    evidence: [{ pointer: '/spec/template/spec/hostPID', value: true }],
    locations: [place('deploy/결제/주문.yaml', 9, 16, '')],
  }),
  finding({
    ruleId: 'BW-POD-028.1',
    subject: order,
    verdict: 'unknown',
    reason: 'the annotation holds $(PROFILE), which nothing in the input resolves',
    message: 'container "디비" may run without AppArmor',
    locations: [place('deploy/결제/주문.yaml', 10, 21, 'container/디비')],
  }),
  finding({
    ruleId: 'BW-SEC-009',
    subject: gateway,
    element: 'key/api-key',
    message: 'key "api-key" holds a value in plain text',
    locations: [place('deploy/secret.yaml', 7, 12, 'key/api-key')],
  }),
  finding({
    ruleId: 'BW-RES-003',
    subject: hostile,
    message: `container "${hostileName}" requests no memory`,
    locations: [place('::error::a\n"><script>alert(3)</script>/b c.yaml', 3, 1, `container/${hostileName}`)],
  }),
]

const diagnostics: readonly Diagnostic[] = [
  {
    level: 'error',
    code: 'YAML_TAB',
    message: 'a tab cannot indent a block; use spaces',
    file: 'deploy/broken.yaml',
    line: 4,
    column: 1,
  },
  {
    level: 'warning',
    code: 'YAML_DUPLICATE_KEY',
    message: 'key "image" stands twice; the last one holds',
    file: 'deploy/web.yaml',
    line: 20,
    column: 11,
  },
]

export const fixtureReport: Report = {
  tool: { name: 'breakwater', version: '0.0.0-test', informationUri: 'https://example.com/breakwater' },
  createdAt: undefined,
  findings,
  rules: new Map(rules.map(entry => [entry.id, entry])),
  diagnostics,
  failOn: 'high',
  summary: {
    schema: 'breakwater/findings/v1',
    objects: 14,
    files: 5,
    documents: { read: 15, damaged: 1, skipped: 1 },
    findings: { critical: 1, high: 4, medium: 2, low: 0, info: 0 },
    verdicts: { fail: 7, pass: 310, notApplicable: 77, providerOwned: 0, unknown: 1 },
    excepted: 1,
    partial: true,
    durationMs: 84,
    skipped: [
      { reason: 'version control', count: 1, examples: ['.git'] },
      { reason: 'no apiVersion and kind', count: 1, examples: ['deploy/values.yaml'] },
    ],
    renderUnits: [
      { kind: 'helm', root: 'charts/shop', files: 12 },
      { kind: 'kustomize', root: 'overlays/production', files: 4 },
    ],
  },
}

export const cleanReport: Report = {
  ...fixtureReport,
  findings: [],
  diagnostics: [],
  summary: {
    ...fixtureReport.summary,
    documents: { read: 2, damaged: 0, skipped: 0 },
    objects: 2,
    files: 1,
    findings: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
    verdicts: { fail: 0, pass: 56, notApplicable: 0, providerOwned: 0, unknown: 0 },
    excepted: 0,
    partial: false,
    skipped: [],
    renderUnits: [],
  },
}

/** The fixture's own findings over many objects: what a first scan of a large repository looks like. */
export function largeReport(size: number): Report {
  const teams = ['shop', 'payment', 'search', 'platform', '결제', 'ops']
  const many: Finding[] = []
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  for (let i = 0; i < size; i++) {
    const namespace = teams[i % teams.length] ?? 'shop'
    const meta = rules[Math.floor((i * 7919) % 97) < 3 ? 0 : 1 + ((i * 31) % (rules.length - 1))]
    if (meta === undefined) continue
    const object = Math.floor(i / 4)
    const file = i % 50 === 0 ? 'deploy/web.yaml' : `${namespace}/service-${object % 900}/deployment.yaml`
    counts[meta.severity]++
    many.push({
      ...finding({
        ruleId: meta.id,
        subject: { group: 'apps', kind: 'Deployment', namespace, name: `service-${object}` },
        message: `container "app" of service-${object}: ${meta.title.toLowerCase()}`,
        locations: [place(file, 16 + (i % 6), 11, 'container/app')],
      }),
      severity: meta.severity,
    })
  }
  return {
    ...fixtureReport,
    findings: many,
    diagnostics: [],
    summary: {
      ...fixtureReport.summary,
      objects: Math.ceil(size / 4),
      files: Math.min(900, size),
      findings: counts,
      verdicts: { fail: size, pass: size * 20, notApplicable: 0, providerOwned: 0, unknown: 0 },
      excepted: 0,
    },
  }
}
