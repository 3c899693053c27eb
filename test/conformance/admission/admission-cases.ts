import type { JsonObject, JsonValue } from '../../../src/lib/json/json-value.ts'
import { SeededRandom } from '../../random.ts'

/** A request to put to a server and to our evaluator. */
export interface AdmissionCase {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** What must be there before the request, for one to a sub-resource. */
  readonly before?: JsonObject
  readonly object: JsonObject
  /** What the server holds before an UPDATE. A DELETE removes `object` itself. */
  readonly old?: JsonObject
  readonly subResource?: string
  readonly user?: string
  readonly groups?: readonly string[]
}

/** Policies with everything around them, and the requests that they are asked about. */
export interface Scenario {
  readonly name: string
  /** Policies, bindings and parameters; the shared surroundings come beside. */
  readonly documents: readonly JsonObject[]
  readonly cases: readonly AdmissionCase[]
}

export const GROUP = 'shop.example.com'

/** Namespaces and definitions that are there for all scenarios. */
export const surroundings: readonly JsonObject[] = [
  namespaceOf('shop', { team: 'web', env: 'prod' }),
  namespaceOf('lab', { team: 'lab' }),
  definition('Widget', 'widgets', 'Namespaced', ['v1', 'v2']),
  definition('Gadget', 'gadgets', 'Cluster', ['v1']),
]

function namespaceOf(name: string, labels: Readonly<Record<string, string>>): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations: { owner: `team-${name}` } } }
}

function definition(kind: string, plural: string, scope: string, versions: readonly string[]): JsonObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map((name, i) => ({ name, served: true, storage: i === 0, schema })),
    },
  }
}

type Fields = Record<string, JsonValue>

/** Scenarios of every kind, made from a seed. Names of policies end in the number of their scenario. */
export function scenarios(seed: number, rounds: number): readonly Scenario[] {
  const random = new SeededRandom(seed)
  const made: Scenario[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [name, make] of families) {
      const id = made.length
      made.push({ name: `${name} ${round}`, ...make(new Maker(random, id)) })
    }
  }
  return made
}

interface Made {
  readonly documents: readonly JsonObject[]
  readonly cases: readonly AdmissionCase[]
}

class Maker {
  readonly random: SeededRandom
  readonly id: number

  constructor(random: SeededRandom, id: number) {
    this.random = random
    this.id = id
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.below(items.length)]!
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent
  }

  some<T>(items: readonly T[], least = 1): readonly T[] {
    const kept = items.filter(() => this.chance(50))
    return kept.length >= least ? kept : items.slice(0, least)
  }

  name(prefix: string): string {
    return `${prefix}-${this.id}`
  }

  policy(spec: JsonObject, name = this.name('p')): JsonObject {
    const everything = [rule({})]
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: { matchConstraints: { resourceRules: everything }, ...spec } as JsonObject,
    }
  }

  binding(spec: JsonObject = {}, policyName = this.name('p'), name = this.name('b')): JsonObject {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName, validationActions: ['Deny'], ...spec } as JsonObject,
    }
  }

  object(kind: keyof typeof objects, changes: Fields = {}): JsonObject {
    const make = objects[kind]
    return { ...make(`${String(kind).toLowerCase()}-${this.id}`, this), ...changes }
  }
}

function rule(changes: Fields): JsonObject {
  return {
    apiGroups: ['', 'apps', 'autoscaling', 'rbac.authorization.k8s.io', 'policy', GROUP, 'events.k8s.io', 'batch'],
    apiVersions: ['*'],
    operations: ['*'],
    resources: [
      'pods',
      'configmaps',
      'deployments',
      'services',
      'horizontalpodautoscalers',
      'namespaces',
      'clusterroles',
      'widgets',
      'gadgets',
      'secrets',
      'events',
      'jobs',
      'cronjobs',
    ],
    ...changes,
  }
}

const labels = (maker: Maker): JsonObject =>
  maker.pick<JsonObject>([{}, { app: 'web' }, { app: 'db', tier: 'back' }, { tier: 'front', env: 'prod' }])

const metadata = (name: string, maker: Maker): JsonObject => ({
  name,
  namespace: 'shop',
  labels: labels(maker),
  annotations: { note: `of ${name}` },
})

const podSpec = (): JsonObject => ({ containers: [{ name: 'main', image: 'registry.example.com/shop/web:1.2' }] })

const objects = {
  ConfigMap: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(name, maker),
    data: { a: 'one', b: 'two', count: '3' },
  }),
  Secret: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name, maker),
    stringData: { password: 'x' },
  }),
  Pod: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(name, maker),
    spec: podSpec(),
  }),
  Deployment: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name, maker),
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: podSpec() },
    },
  }),
  Service: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, maker),
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  }),
  Autoscaler: (name: string, maker: Maker): JsonObject => ({
    apiVersion: maker.pick(['autoscaling/v1', 'autoscaling/v2']),
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(name, maker),
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 },
  }),
  Namespace: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: labels(maker) },
  }),
  ClusterRole: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: labels(maker) },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  Widget: (name: string, maker: Maker): JsonObject => ({
    apiVersion: `${GROUP}/${maker.pick(['v1', 'v2'])}`,
    kind: 'Widget',
    metadata: metadata(name, maker),
    spec: { size: 3, ratio: 0.5, tags: ['a', 'b'], nothing: null },
  }),
  Gadget: (name: string, maker: Maker): JsonObject => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'Gadget',
    metadata: { name, labels: labels(maker) },
    spec: { size: 3, tags: ['a', 'b'] },
  }),
  Job: (name: string, maker: Maker): JsonObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(name, maker),
    spec: { template: { spec: { ...podSpec(), restartPolicy: 'Never' } } },
  }),
} as const

type Kind = keyof typeof objects
const kinds = Object.keys(objects) as readonly Kind[]
const simple: readonly Kind[] = ['ConfigMap', 'Widget', 'Gadget', 'Deployment', 'Pod']

/** Says in the message which request a policy saw, and in which version. */
const echo = [
  "'%s %s/%s/%s as %s/%s %s'.format([request.operation, request.resource.group, request.resource.version, request.resource.resource,",
  "request.kind.group, request.kind.version, request.kind.kind]) + (object == null ? '' : ' ' + object.apiVersion) +",
  "(has(request.namespace) ? ' in ' + request.namespace : '') + (has(request.subResource) ? ' sub ' + request.subResource : '')",
].join(' ')

const selectors: readonly JsonObject[] = [
  {},
  { matchLabels: { app: 'web' } },
  { matchLabels: { team: 'web' } },
  { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
  { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
  { matchExpressions: [{ key: 'env', operator: 'In', values: ['prod', 'test'] }] },
  { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] }] },
]

function creations(maker: Maker, of: readonly Kind[]): readonly AdmissionCase[] {
  return of.map(kind => ({ operation: 'CREATE', object: maker.object(kind) }))
}

function randomRule(maker: Maker): JsonObject {
  return rule({
    ...(maker.chance(40) && { operations: maker.some(['CREATE', 'UPDATE', 'DELETE']) as string[] }),
    ...(maker.chance(30) && { apiGroups: maker.pick([['*'], ['apps', ''], ['autoscaling'], [GROUP]]) }),
    ...(maker.chance(40) && { apiVersions: maker.pick([['v1'], ['v2'], ['*'], ['v1', 'v2']]) }),
    ...(maker.chance(50) && {
      resources: maker.pick([
        ['*'],
        ['*/*'],
        ['pods', 'configmaps'],
        ['widgets', 'horizontalpodautoscalers'],
        ['namespaces'],
        ['pods/*'],
        ['gadgets', 'clusterroles'],
      ]),
    }),
    ...(maker.chance(30) && { scope: maker.pick(['Cluster', 'Namespaced', '*']) }),
    ...(maker.chance(20) && {
      resourceNames: [`configmap-${maker.id}`, `widget-${maker.id}`, `namespace-${maker.id}`],
    }),
  })
}

function randomMatch(maker: Maker, isBinding: boolean): JsonObject {
  return {
    ...((!isBinding || maker.chance(50)) && {
      resourceRules: [randomRule(maker), ...(maker.chance(30) ? [randomRule(maker)] : [])],
    }),
    ...(maker.chance(25) && {
      excludeResourceRules: [
        rule({
          resources: [maker.pick(['pods', 'widgets', 'configmaps', 'gadgets'])],
          ...(maker.chance(50) && { apiVersions: ['v2'] }),
        }),
      ],
    }),
    ...(maker.chance(35) && { namespaceSelector: maker.pick(selectors) }),
    ...(maker.chance(35) && { objectSelector: maker.pick(selectors) }),
    ...(maker.chance(50) && { matchPolicy: maker.pick(['Exact', 'Equivalent']) }),
  }
}

const failing: JsonObject = { expression: 'false', messageExpression: echo }

function matching(maker: Maker): Made {
  return {
    documents: [
      maker.policy({ matchConstraints: randomMatch(maker, false), validations: [failing] }),
      maker.binding(maker.chance(60) ? { matchResources: randomMatch(maker, true) } : {}),
    ],
    cases: creations(maker, kinds),
  }
}

const conditionTexts = [
  'true',
  'false',
  "object.metadata.name.startsWith('configmap')",
  "has(object.data) && object.data.count == '3'",
  'object.spec.missing == 1',
  "request.operation == 'CREATE'",
  "!(request.userInfo.username in ['nobody'])",
  'namespaceObject == null',
  'object.spec.size > 2',
  "'a' in object.spec.tags",
]

function conditions(maker: Maker): Made {
  const count = 1 + maker.random.below(3)
  const matchConditions = Array.from({ length: count }, (_, i) => ({
    name: `c${i}`,
    expression: maker.pick(conditionTexts),
  }))
  return {
    documents: [
      maker.policy({
        matchConditions,
        ...(maker.chance(40) && { failurePolicy: 'Ignore' }),
        validations: [{ expression: 'false', message: 'the conditions were met' }],
      }),
      maker.binding({ validationActions: maker.pick([['Deny'], ['Audit'], ['Warn', 'Audit'], ['Deny', 'Audit']]) }),
    ],
    cases: creations(maker, simple),
  }
}

const validationTexts = [
  'true',
  'false',
  "object.metadata.name == 'x'",
  'has(object.data) && size(object.data) == 3',
  '!has(object.spec) || object.spec.size == 3',
  'object.spec.missing == 1',
  'object.spec.missing.deeper',
  'object.metadata.labels.all(k, k != "tier")',
  "object.metadata.annotations['note'].matches('^of [a-z]+')",
  'object.?spec.?size.orValue(9) < 5',
  'object.spec.tags[5] == "a"',
  'int(object.data.a) > 1',
  "string(object.spec.size) == '3' || false",
  '!has(object.spec) ||\n  object.spec.tags.exists(t, t == "z")',
  '[1, 2, 3].map(x, x / (x - 2)).size() == 3',
  'object.spec.containers.all(c, has(c.securityContext))',
  'has(object.spec.replicas) ? object.spec.replicas > 1 : true',
  'oldObject == null',
  "dyn(object).kind == 'ConfigMap'",
  "duration('1h') > duration(object.data.a)",
]

const messageTexts = [
  "'size is ' + string(object.spec.size)",
  "'  trimmed  '",
  "''",
  "'   '",
  "'two' + '\\n' + 'lines'",
  'object.spec.nothere',
  "'name ' + object.metadata.name",
  "'x'.format([1])",
  "string(size(object.metadata.labels)) + ' labels'",
  "'ünïcode – 한국어 ' + object.kind",
  '\'a "quoted" \\\\ text\'',
  "'tab\\there'",
  "request.name + ' in ' + (has(request.namespace) ? request.namespace : 'none')",
]

function randomValidation(maker: Maker): JsonObject {
  const expression = maker.pick(validationTexts)
  const computed = maker.pick(messageTexts)
  return {
    expression,
    ...(maker.chance(40) && {
      message: maker.pick(['no', '  spaces around  ', 'it says "no" <here> & there', 'ü 한국']),
    }),
    ...(maker.chance(45) && !/^object.spec.nothere$/.test(computed) && { messageExpression: computed }),
    ...(maker.chance(30) && { reason: maker.pick(['Forbidden', 'Invalid', 'RequestEntityTooLarge']) }),
  }
}

function validations(maker: Maker): Made {
  const count = 1 + maker.random.below(4)
  return {
    documents: [
      maker.policy({
        ...(maker.chance(30) && { failurePolicy: 'Ignore' }),
        validations: Array.from({ length: count }, () => randomValidation(maker)),
      }),
      maker.binding({
        validationActions: maker.pick([['Deny'], ['Deny', 'Audit'], ['Warn'], ['Audit'], ['Warn', 'Audit']]),
      }),
    ],
    cases: creations(maker, simple),
  }
}

function variables(maker: Maker): Made {
  const texts = [
    'object.metadata.name',
    'object.spec.missing',
    'has(object.spec) && has(object.spec.tags) ? object.spec.tags : []',
    'size(object.metadata.name) + 1',
    '1 / (size(object.metadata.labels) - 1)',
    "variables.v0 + '-suffix'",
    "{'a': 1, 'b': 2}",
    'object.?spec.?size',
    'optional.of(3)',
    "request.operation == 'CREATE'",
  ]
  const declared = [
    { name: 'v0', expression: maker.pick(['object.metadata.name', "object.kind + '!'"]) },
    ...Array.from({ length: 1 + maker.random.below(4) }, (_, i) => ({
      name: `v${i + 1}`,
      expression: maker.pick(texts),
    })),
  ]
  return {
    documents: [
      maker.policy({
        variables: declared,
        validations: [
          {
            expression: `dyn(variables.v${declared.length - 1}) == dyn('x')`,
            messageExpression: "'v0 is ' + variables.v0",
          },
          {
            expression: 'size(variables.v0) == 0',
            messageExpression: "variables.v0 + ' ' + string(size(variables.v0))",
          },
          { expression: `dyn(variables.v1) != dyn(1)`, message: 'v1 is one' },
        ],
        auditAnnotations: [{ key: 'v0', valueExpression: 'variables.v0' }],
      }),
      maker.binding({ validationActions: maker.pick([['Deny'], ['Deny', 'Audit'], ['Warn']]) }),
    ],
    cases: creations(maker, simple),
  }
}

function parameters(maker: Maker): Made {
  const paramKind = maker.pick([
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: `${GROUP}/v1`, kind: 'Widget' },
    { apiVersion: `${GROUP}/v1`, kind: 'Gadget' },
    { apiVersion: `${GROUP}/v1`, kind: 'Missing' },
  ])
  const isConfigMap = paramKind.kind === 'ConfigMap'
  const param = (name: string, namespace: string, max: number): JsonObject => ({
    ...paramKind,
    metadata: {
      name,
      ...(paramKind.kind !== 'Gadget' && { namespace }),
      labels: { role: `param-${maker.id}`, max: `m${max}` },
    },
    ...(isConfigMap ? { data: { max: String(max) } } : { spec: { max } }),
  })
  const value = isConfigMap ? 'int(params.data.max)' : 'params.spec.max'
  const paramRef = maker.pick<JsonObject>([
    { name: maker.name('q'), parameterNotFoundAction: 'Deny' },
    { name: maker.name('q'), namespace: 'lab', parameterNotFoundAction: 'Deny' },
    { name: 'absent', parameterNotFoundAction: 'Deny' },
    { name: 'absent', parameterNotFoundAction: 'Allow' },
    { selector: { matchLabels: { role: `param-${maker.id}` } }, parameterNotFoundAction: 'Deny' },
    { selector: { matchLabels: { role: 'nothing' } }, parameterNotFoundAction: 'Allow' },
    { selector: { matchLabels: { role: `param-${maker.id}` } }, namespace: 'shop', parameterNotFoundAction: 'Allow' },
    { selector: {}, namespace: 'lab', parameterNotFoundAction: 'Allow' },
  ])
  const params =
    paramKind.kind === 'Missing'
      ? []
      : [
          param(maker.name('q'), 'shop', 2),
          param(maker.name('r'), 'shop', 9),
          ...(paramKind.kind === 'Gadget' ? [] : [param(maker.name('q'), 'lab', 5)]),
        ]
  return {
    documents: [
      ...params,
      maker.policy({
        paramKind,
        ...(maker.chance(30) && { failurePolicy: 'Ignore' }),
        matchConstraints: {
          resourceRules: [
            rule({ resources: ['deployments', 'clusterroles', 'services', 'namespaces'], operations: ['CREATE'] }),
          ],
        },
        ...(maker.chance(30) && { matchConditions: [{ name: 'p', expression: `params == null || ${value} < 100` }] }),
        validations: [
          {
            expression: `params != null && ${value} > 100`,
            messageExpression: `'max of ' + params.metadata.name + ' ' + params.kind + ' is ' + string(${value})`,
          },
        ],
        auditAnnotations: [{ key: 'max', valueExpression: `'max ' + string(${value})` }],
      }),
      maker.binding({
        ...(maker.chance(90) && { paramRef }),
        validationActions: maker.pick([['Deny'], ['Warn', 'Audit'], ['Deny', 'Audit'], ['Audit']]),
      }),
    ],
    cases: creations(maker, ['Deployment', 'ClusterRole', 'Service', 'Namespace']),
  }
}

function several(maker: Maker): Made {
  const documents: JsonObject[] = []
  for (let i = 0; i < 3; i++) {
    const name = maker.name(`p${i}`)
    documents.push(
      maker.policy(
        {
          failurePolicy: maker.pick(['Fail', 'Ignore']),
          validations: [randomValidation(maker), randomValidation(maker)],
        },
        name,
      ),
    )
    for (let j = 0; j < maker.random.below(3); j++) {
      documents.push(
        maker.binding(
          { validationActions: maker.pick([['Deny'], ['Warn'], ['Audit'], ['Warn', 'Audit'], ['Deny', 'Audit']]) },
          name,
          maker.name(`b${i}${j}`),
        ),
      )
    }
  }
  return { documents, cases: creations(maker, simple) }
}

function annotations(maker: Maker): Made {
  const texts = [
    "'name ' + object.metadata.name",
    "''",
    "'  trimmed '",
    'null',
    "object.spec.missing + ''",
    "'x'.replace('x', 'y')",
    "request.operation + ' <&>'",
    "namespaceObject == null ? 'no namespace' : namespaceObject.metadata.name",
    "object.metadata.labels.map(k, k + '=' + object.metadata.labels[k]).size() > 1 ? 'many' : 'few'",
    "[1,2,3,4,5,6,7,8,9,10].map(x, [1,2,3,4,5,6,7,8,9,10].map(y, 'abcdefghijklmnopqrstuvwxyz'.replace('a', 'bcdefghijklmnop')).join('')).join('')",
    "[1,2,3,4,5,6,7,8,9,10].map(x, [1,2,3,4,5,6,7,8,9,10].map(y, [1,2,3,4].map(z, 'abcdefghijklmnopqrstuvwxyz').join('')).join('')).join('')",
  ]
  return {
    documents: [
      maker.policy({
        ...(maker.chance(40) && { failurePolicy: 'Ignore' }),
        auditAnnotations: Array.from({ length: 1 + maker.random.below(3) }, (_, i) => ({
          key: `k${i}`,
          valueExpression: maker.pick(texts),
        })),
        ...(maker.chance(50) && { validations: [randomValidation(maker)] }),
      }),
      maker.binding({ validationActions: maker.pick([['Deny'], ['Audit'], ['Warn']]) }),
      ...(maker.chance(50) ? [maker.binding({ validationActions: ['Audit'] }, maker.name('p'), maker.name('c'))] : []),
    ],
    cases: creations(maker, simple),
  }
}

/** Costs about 1,000 for each power of ten. */
const loop = (levels: number): string => {
  const list = '[0,1,2,3,4,5,6,7,8,9]'
  let text = 'true'
  for (let i = 0; i < levels; i++) text = `${list}.all(x${i}, ${text})`
  return text
}

function budgets(maker: Maker): Made {
  const heavy = (levels: number): JsonObject => ({ expression: loop(levels), message: `loop of ${levels}` })
  const shape = maker.random.below(6)
  const spec: JsonObject = [
    { validations: [heavy(6), { expression: 'false', message: 'after the loop' }] },
    { validations: Array.from({ length: 40 }, () => heavy(5)) },
    {
      matchConditions: Array.from({ length: 10 }, (_, i) => ({ name: `c${i}`, expression: loop(5) })),
      validations: [{ expression: 'false' }],
    },
    {
      variables: [{ name: 'v', expression: loop(6) }],
      validations: [{ expression: 'variables.v', message: 'v' }, { expression: 'false' }],
    },
    {
      validations: [
        { expression: 'false', messageExpression: `${loop(5)} ? 'yes' : 'no'` },
        ...Array.from({ length: 29 }, () => ({ expression: loop(5), messageExpression: `${loop(5)} ? 'yes' : 'no'` })),
      ],
    },
    {
      validations: [{ expression: 'false', message: 'denied anyway' }],
      auditAnnotations: Array.from({ length: 20 }, (_, i) => ({
        key: `k${i}`,
        valueExpression: `[${Array.from({ length: 3 }, () => loop(5)).join(', ')}].all(x, x) ? 'a' : 'b'`,
      })),
    },
  ][shape]!
  return {
    documents: [
      maker.policy({ ...spec, ...(maker.chance(30) && { failurePolicy: 'Ignore' }) }),
      maker.binding({ validationActions: ['Deny', 'Audit'] }),
    ],
    cases: creations(maker, ['ConfigMap', 'Gadget']),
  }
}

function warnings(maker: Maker): Made {
  const long = 'long text '.repeat(maker.pick([3, 30, 60]))
  const count = maker.pick([3, 12, 60])
  return {
    documents: [
      maker.policy({
        validations: Array.from({ length: count }, (_, i) => ({
          expression: maker.chance(80) ? 'false' : 'object.spec.absent',
          message: maker.chance(20) ? 'the same' : `${i} ${long}`.trim(),
        })).map(one => (one.expression === 'false' ? one : { ...one, expression: 'object.spec.absent == 1' })),
      }),
      maker.binding({ validationActions: maker.pick([['Warn'], ['Warn', 'Audit'], ['Audit']]) }),
    ],
    cases: creations(maker, ['ConfigMap', 'Pod']),
  }
}

const echoes = [
  "string(request.dryRun) + ' ' + request.userInfo.username + ' ' + request.userInfo.groups.join(',')",
  "'%s|%s|%s'.format([request.requestKind.kind, request.requestResource.version, request.name])",
  "'%s'.format([has(request.subResource)]) + '%s'.format([has(request.requestSubResource)])",
  "namespaceObject == null ? 'none' : '%s %s %s'.format([namespaceObject.metadata.labels, namespaceObject.metadata.annotations, namespaceObject.status.phase])",
  "namespaceObject == null ? 'none' : '%s %s'.format([has(namespaceObject.metadata.finalizers), has(namespaceObject.metadata.deletionTimestamp)])",
  "namespaceObject == null ? 'none' : '%s'.format([namespaceObject.spec.finalizers])",
  "'%s'.format([dyn(object).kind]) + ' ' + '%s'.format([has(object.status)]) + '%s'.format([has(object.spec)])",
  "'%s'.format([object.metadata.labels])",
  "has(object.spec) && has(object.spec.template) ? '%s'.format([object.spec.template.spec.containers[0]]) : 'no template'",
  "has(object.spec) && has(object.spec.tolerations) ? '%s'.format([object.spec.tolerations]) + string(object.spec.priority) + object.spec.preemptionPolicy : 'no tolerations'",
  "has(object.spec) && has(object.spec.serviceAccountName) ? object.spec.serviceAccountName + string(size(object.spec.volumes)) + string(size(object.spec.containers[0].volumeMounts)) : 'no account'",
  "has(object.status) ? '%s'.format([object.status]) : 'no status'",
  "has(object.metadata.generation) ? string(object.metadata.generation) : 'no generation'",
  "has(object.data) ? '%s'.format([object.data]) : 'no data'",
  "has(object.spec) && has(object.spec.ports) ? '%s'.format([object.spec.ports]) : 'no ports'",
  "has(object.spec) && has(object.spec.size) ? '%s %s'.format([object.spec.ratio, object.spec.nothing]) : 'no size'",
  "'%s'.format([object.metadata.namespace])",
  "'%s'.format([has(object.metadata.resourceVersion)]) + '%s'.format([has(object.metadata.selfLink)])",
]

function contents(maker: Maker): Made {
  return {
    documents: [
      maker.policy({
        validations: [],
        auditAnnotations: maker.some(echoes, 2).map((valueExpression, i) => ({ key: `e${i}`, valueExpression })),
      }),
      maker.binding({ validationActions: ['Audit'] }),
    ],
    cases: creations(maker, kinds).map(one =>
      maker.chance(30) ? { ...one, user: 'alice', groups: ['dev', 'ops'] } : one,
    ),
  }
}

function changes(maker: Maker): Made {
  const of = (kind: Kind): AdmissionCase => {
    const old = maker.object(kind)
    if (maker.chance(40)) return { operation: 'DELETE', object: old }
    const { metadata: before } = old as unknown as { readonly metadata: JsonObject }
    const object = { ...old, metadata: { ...before, labels: labels(maker), annotations: { note: 'changed' } } }
    return { operation: 'UPDATE', object: object as JsonObject, old }
  }
  return {
    documents: [
      maker.policy({
        matchConstraints: randomMatch(maker, false),
        ...(maker.chance(30) && { failurePolicy: 'Ignore' }),
        validations: [
          { expression: 'false', messageExpression: echo },
          {
            expression:
              'oldObject == null || object == null || oldObject.metadata.annotations != object.metadata.annotations',
            message: 'nothing changed',
          },
          {
            expression: 'object.metadata.labels.all(k, k in oldObject.metadata.labels)',
            messageExpression: "'labels of ' + oldObject.metadata.name",
          },
        ],
      }),
      maker.binding({ validationActions: maker.pick([['Deny'], ['Deny', 'Audit'], ['Warn', 'Audit']]) }),
    ],
    cases: (['ConfigMap', 'Widget', 'Gadget', 'Namespace', 'ClusterRole', 'Secret'] as const).map(of),
  }
}

function generatedNames(maker: Maker): Made {
  const object = (kind: Kind): JsonObject => {
    const { metadata: before, ...rest } = maker.object(kind) as unknown as { readonly metadata: Fields } & JsonObject
    const { name, ...kept } = before
    return { ...(rest as JsonObject), metadata: { ...kept, generateName: `${String(name)}-` } }
  }
  return {
    documents: [
      maker.policy({
        validations: [
          { expression: "request.name != ''", message: 'no name' },
          {
            expression: "object.metadata.generateName.startsWith('x')",
            messageExpression: "'generated from ' + object.metadata.generateName",
          },
        ],
        matchConstraints: {
          resourceRules: [
            rule(maker.chance(50) ? { resourceNames: [`configmap-${maker.id}-`, ''.padEnd(3, 'x')] } : {}),
          ],
        },
      }),
      maker.binding(),
    ],
    cases: (['ConfigMap', 'Pod', 'Gadget'] as const).map(kind => ({ operation: 'CREATE', object: object(kind) })),
  }
}

function subResources(maker: Maker): Made {
  const pod = maker.object('Pod')
  const deployment = maker.object('Deployment')
  const name = maker.name('deployment')
  const replicas = (count: number): JsonObject => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace: 'shop' },
    spec: { replicas: count },
  })
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: maker.name('pod'), namespace: 'shop' },
  }
  const resources = maker.pick([
    ['*'],
    ['*/*'],
    ['pods/*', 'deployments/*'],
    ['pods/eviction', 'deployments/scale'],
    ['*/scale'],
    ['pods', 'deployments'],
  ])
  return {
    documents: [
      maker.policy({
        matchConstraints: {
          resourceRules: [
            rule({
              resources,
              ...(maker.chance(40) && { apiGroups: maker.pick([['*'], ['apps'], ['policy'], ['']]) }),
            }),
          ],
        },
        validations: [{ expression: 'false', messageExpression: echo }],
      }),
      maker.binding(),
    ],
    cases: [
      { operation: 'CREATE', object: eviction, before: pod, subResource: 'eviction' },
      { operation: 'UPDATE', object: replicas(3), before: deployment, old: replicas(1), subResource: 'scale' },
      { operation: 'UPDATE', object: deployment, old: deployment, subResource: 'status' },
    ],
  }
}

/** Policies that a server refuses, mostly. */
function refused(maker: Maker): Made {
  const specs: readonly JsonObject[] = [
    { validations: [{ expression: 'object.' }] },
    { validations: [{ expression: 'foo == 1' }] },
    { validations: [{ expression: "'text'" }] },
    { validations: [{ expression: 'object.spec.x' }] },
    { validations: [{ expression: 'true', messageExpression: '1' }] },
    { validations: [{ expression: 'true', messageExpression: 'authorizer' }] },
    { validations: [{ expression: 'true', message: 'two\nlines' }] },
    { validations: [{ expression: 'true', reason: 'Unauthorized' }] },
    { validations: [{ expression: 'variables.nope == 1' }] },
    {
      variables: [
        { name: 'a', expression: 'variables.b' },
        { name: 'b', expression: 'variables.a' },
      ],
      validations: [{ expression: 'variables.a == 1' }],
    },
    { variables: [{ name: 'no-name', expression: '1' }], validations: [{ expression: 'true' }] },
    { validations: [{ expression: 'params.x == 1' }] },
    {
      matchConditions: [
        { name: 'a', expression: 'true' },
        { name: 'a', expression: 'true' },
      ],
      validations: [{ expression: 'true' }],
    },
    {
      matchConditions: [{ name: 'a', expression: 'variables.x' }],
      variables: [{ name: 'x', expression: 'true' }],
      validations: [{ expression: 'true' }],
    },
    { auditAnnotations: [{ key: 'bad key', valueExpression: "'x'" }] },
    {
      auditAnnotations: [
        { key: 'a', valueExpression: '1' },
        { key: 'a', valueExpression: "'x'" },
      ],
    },
    {
      matchConstraints: { resourceRules: [rule({ operations: ['CREATE', '*'] })] },
      validations: [{ expression: 'true' }],
    },
    { matchConstraints: { resourceRules: [] }, validations: [{ expression: 'true' }] },
    { matchConstraints: { resourceRules: [rule({ operations: ['READ'] })] }, validations: [{ expression: 'true' }] },
    { validations: [{ expression: '1 + true == 2' }, { expression: "object.name.matches('(')" }] },
    { validations: [{ expression: "object.spec.containers.all(c, c.image.matches('^(a+)+$'))" }] },
    { validations: [{ expression: `${'('.repeat(300)}true${')'.repeat(300)}` }] },
  ]
  const bindings: readonly JsonObject[] = [
    { validationActions: ['Deny', 'Warn'] },
    { validationActions: [] },
    { validationActions: ['Deny', 'Deny'] },
    { paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
    { paramRef: { parameterNotFoundAction: 'Deny' } },
    {},
  ]
  return { documents: [maker.policy(maker.pick(specs)), maker.binding(maker.pick(bindings))], cases: [] }
}

const families: readonly (readonly [string, (maker: Maker) => Made])[] = [
  ['matching', matching],
  ['matching again', matching],
  ['conditions', conditions],
  ['validations', validations],
  ['validations again', validations],
  ['variables', variables],
  ['parameters', parameters],
  ['parameters again', parameters],
  ['several', several],
  ['annotations', annotations],
  ['budgets', budgets],
  ['warnings', warnings],
  ['contents', contents],
  ['changes', changes],
  ['generated names', generatedNames],
  ['sub-resources', subResources],
  ['refused', refused],
  ['refused again', refused],
]
