import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identityOf } from '../../inventory/identity.ts'
import type { JsonObject, JsonValue } from '../../lib/json/json-value.ts'
import { readPolicies } from '../../read/policies/read-policies.ts'
import type { AnswerMemory } from './answer-memory.ts'
import { evaluatePolicy, notYetRead } from './evaluate.ts'
import { type PolicyPlan, planPolicies } from './plan.ts'
import { prelude } from './prelude.ts'
import { subjectOf } from './subject.ts'

function planOf(expression: string): PolicyPlan {
  const object: JsonObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      variables: Object.entries(prelude).map(([name, text]) => ({ name, expression: text })),
      validations: [{ expression }],
    },
  }
  const { policies } = readPolicies([{ file: 'p.yaml', object, locate: () => ({ line: 1, column: 1 }) }])
  return planPolicies({ policies })
}

/** The answer to a pod, after the memory has learnt the answers to the others. */
function answerTo(plan: PolicyPlan, memory: AnswerMemory, containers: JsonValue): string {
  const object: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers } }
  const identity = identityOf(object, { defaultNamespace: 'default', defined: new Map() })
  const subject = subjectOf(object, identity, plan.podPaths)
  memory.forget()
  const looked = memory.look(subject.request, subject.pods[0])
  const knowledge = {
    namespaceLabels: () => ({ labels: {}, complete: false }),
    namespaceObject: () => notYetRead,
    inventory: notYetRead,
    params: [],
    podPaths: plan.podPaths,
  }
  const kinds: string[] = []
  for (const policy of plan.policies)
    evaluatePolicy(
      policy,
      subject,
      knowledge,
      (_rule, { kind }) => kinds.push(kind),
      rule => memory.recall(rule, looked),
    )
  return kinds.join(' ')
}

const port = { containerPort: 1 }
const both = { name: 'a', ports: [port], env: [{ name: 'X' }] }
const ports = { name: 'a', ports: [port] }
const env = { name: 'a', env: [{ name: 'X' }] }
const none = { name: 'a' }

const cases: readonly {
  readonly name: string
  readonly expression: string
  readonly passes: JsonValue
  readonly fails: JsonValue
}[] = [
  {
    name: 'a list that one element lacks',
    expression: 'variables.containers.all(c, c.?ports.orValue([]).exists(p, true))',
    passes: [ports, ports],
    fails: [ports, none],
  },
  {
    name: 'which element has which of two lists',
    expression:
      'variables.containers.all(c, c.?ports.orValue([]).exists(p, true) == c.?env.orValue([]).exists(e, true))',
    passes: [both, none],
    fails: [ports, env],
  },
  {
    name: 'no element at all',
    expression: 'variables.containers.exists(c, !c.?image.hasValue())',
    passes: [none],
    fails: [],
  },
  {
    name: 'the number of elements',
    expression: 'size(variables.containers.filter(c, c.?tty.orValue(true))) < 3',
    passes: [none, none],
    fails: [none, none, none],
  },
  {
    name: 'the length of an inner list',
    expression: 'variables.containers.all(c, size(c.?ports.orValue([])) < 2)',
    passes: [ports],
    fails: [{ name: 'a', ports: [port, port] }],
  },
  {
    name: 'a computed key',
    expression: "variables.containers.all(c, !(('na' + 'me') in c) || c['na' + 'me'] == 'a')",
    passes: [none],
    fails: [{ name: 'b' }],
  },
  {
    name: 'a parent that is missing beside a field that is missing',
    expression: 'variables.containers.all(c, c.name == "a" || !has(c.securityContext.privileged))',
    passes: [{ name: 'b', securityContext: {} }],
    fails: [{ name: 'b' }],
  },
  {
    name: 'equal words of different types',
    expression: "variables.containers.all(c, c.?args.orValue([]).all(a, a == '1'))",
    passes: [{ name: 'a', args: ['1'] }],
    fails: [{ name: 'a', args: [1] }],
  },
]

for (const { name, expression, passes, fails } of cases) {
  test(`what was learnt from one pod says nothing of another that differs in ${name}`, () => {
    const plan = planOf(expression)
    const memory = plan.memory()

    for (let i = 0; i < 3; i++) assert.equal(answerTo(plan, memory, passes), 'pass')
    const answer = answerTo(plan, memory, fails)

    assert.notEqual(answer, 'pass')
  })
}
