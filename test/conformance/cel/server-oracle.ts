import { request } from 'node:https'
import type { ControlPlane } from '../../control-plane.ts'

/** What a real API server says to an expression: the refusal, the evaluation error, or the formatted value. */
export type ServerAnswer =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'value'; readonly text: string }

/** Sizes that keep one request's warnings under the server's 4,096 characters. */
const BATCH = 12

/**
 * Asks the server about expressions over `object`. Refusals are read from a policy that declares them all as variables;
 * the rest is evaluated for one custom resource that has these fields.
 */
export async function askServer(
  plane: ControlPlane,
  expressions: readonly string[],
  data: Readonly<Record<string, unknown>>,
  batch = BATCH,
): Promise<ServerAnswer[]> {
  await declareThings(plane)
  const answers: (ServerAnswer | undefined)[] = await refusals(plane, expressions)
  const open = expressions.map((expr, i) => ({ expr, i })).filter(({ i }) => answers[i] === undefined)
  const groups = Array.from({ length: Math.ceil(open.length / batch) }, (_, g) =>
    open.slice(g * batch, (g + 1) * batch),
  )
  const run = Date.now().toString(36)
  await inParallel(groups, async (group, g) => {
    const name = `oracle-${run}-${g}`
    const spec = evaluationPolicy(
      name,
      group.map(({ expr }) => expr),
    )
    await call(plane, 'POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', spec)
    await call(plane, 'POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Warn'] },
    })
  })
  await inParallel(groups, async (group, g) => {
    const name = `oracle-${run}-${g}`
    const texts = await messages(plane, name, data, group.length)
    group.forEach(({ i }, k) => {
      const text = texts.get(k) ?? 'no answer'
      answers[i] = text.startsWith('V:') ? { kind: 'value', text: text.slice(2) } : { kind: 'error', message: text }
    })
    await call(plane, 'DELETE', `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${name}`)
    await call(plane, 'DELETE', `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`)
  })
  return answers.map(answer => answer ?? { kind: 'error', message: 'no answer' })
}

const GROUP = 'oracle.example'

/** A kind without schema, so that any JSON can be the object. */
async function declareThings(plane: ControlPlane): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await call(plane, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
}

async function refusals(plane: ControlPlane, expressions: readonly string[]): Promise<(ServerAnswer | undefined)[]> {
  const answers: (ServerAnswer | undefined)[] = expressions.map(() => undefined)
  const size = 60
  for (let from = 0; from < expressions.length; from += size) {
    const part = expressions.slice(from, from + size)
    const policy = policyOf('compile-only', {
      variables: part.map((expression, i) => ({ name: `v${i}`, expression })),
      validations: [{ expression: 'true' }],
    })
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All'
    const { body } = await call(plane, 'POST', path, policy)
    for (const cause of causesOf(body)) {
      const index = /^spec\.variables\[(\d+)\]\.expression$/u.exec(cause.field)?.[1]
      if (index !== undefined) answers[from + Number(index)] ??= { kind: 'refused', message: cause.message }
    }
  }
  return answers
}

interface Cause {
  readonly field: string
  readonly message: string
}

function causesOf(body: unknown): readonly Cause[] {
  const details = (body as { readonly details?: { readonly causes?: readonly Cause[] } }).details
  return details?.causes ?? []
}

/** Each expression is a variable; one validation fails with its text, or errs as the expression does. */
function evaluationPolicy(name: string, expressions: readonly string[]): unknown {
  return policyOf(name, {
    matchConditions: [{ name: 'mine', expression: `object.policy == '${name}'` }],
    variables: expressions.map((expression, i) => ({ name: `v${i}`, expression })),
    validations: expressions.map((_, i) => ({
      expression: `dyn('never this text') == dyn(variables.v${i})`,
      messageExpression: `'#${i} V:%s:%s'.format([dyn(type(dyn(variables.v${i}))), dyn(variables.v${i})])`,
      message: `#${i} V:unprintable`,
    })),
  })
}

function policyOf(name: string, spec: Readonly<Record<string, unknown>>): unknown {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [GROUP], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
      },
      ...spec,
    },
  }
}

async function messages(
  plane: ControlPlane,
  policy: string,
  data: Readonly<Record<string, unknown>>,
  count: number,
): Promise<Map<number, string>> {
  const path = `/apis/${GROUP}/v1/things?dryRun=All`
  const object = { apiVersion: `${GROUP}/v1`, kind: 'Thing', metadata: { name: 'oracle' }, ...data, policy }
  for (let attempt = 0; attempt < 100; attempt++) {
    const { warnings } = await call(plane, 'POST', path, object)
    if (warnings.length === 0 && count > 0) {
      await new Promise(resolve => setTimeout(resolve, 200))
      continue
    }
    return readWarnings(warnings)
  }
  return new Map()
}

function readWarnings(warnings: readonly string[]): Map<number, string> {
  const texts = new Map<number, string>()
  for (const warning of warnings) {
    const value = /denied request: #(\d+) (V:.*)$/su.exec(warning) ?? /: #(\d+) (V:.*)$/su.exec(warning)
    if (value !== null) {
      texts.set(Number(value[1]), value[2]!)
      continue
    }
    const error = /dyn\('never this text'\) == dyn\(variables\.v(\d+)\)' resulted in error: (.*)$/su.exec(warning)
    if (error !== null)
      texts.set(Number(error[1]), error[2]!.replace(/^composited variable "v\d+" fails to evaluate: /u, ''))
  }
  return texts
}

interface Response {
  readonly status: number
  readonly body: unknown
  readonly warnings: readonly string[]
}

function call(plane: ControlPlane, method: string, path: string, body?: unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${plane.token}`, 'content-type': 'application/json' }
    const sent = request(plane.url + path, { method, headers, rejectUnauthorized: false }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          body: JSON.parse(text) as unknown,
          warnings: warningsOf(answer.headers),
        })
      })
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** `299 - "text"`, several to a header. */
function warningsOf(headers: NodeJS.Dict<string | string[]>): readonly string[] {
  const header = headers['warning']
  const text = Buffer.from(Array.isArray(header) ? header.join(', ') : (header ?? ''), 'latin1').toString('utf8')
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/gsu)].map(match => match[1]!.replace(/\\(.)/gsu, '$1'))
}

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) await work(items[i]!, i)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}
