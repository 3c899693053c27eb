import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../../../src/analyses/policy/answer.ts'
import { evaluatePolicy, type Knowledge, notYetRead, type TakeAnswer } from '../../../src/analyses/policy/evaluate.ts'
import { subjectOf } from '../../../src/analyses/policy/subject.ts'
import { identityOf } from '../../../src/inventory/identity.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/lib/json/json-value.ts'
import { allCases, planOf } from './policy-cases.ts'

// What rules have answered to one object is taken for others that are alike, and must be what they would answer to them.
const plan = planOf()
const memory = plan.memory()
const knowledge: Knowledge = {
  namespaceLabels: () => ({ labels: {}, complete: false }),
  namespaceObject: () => notYetRead,
  inventory: notYetRead,
  params: plan.params,
  podPaths: plan.podPaths,
}
const objects = allCases.flatMap(({ cases }) => cases.map(({ object }) => object))

/** The answers by rule, and how many of them needed no asking. */
function answersOf(object: JsonObject, isQuick: boolean): { answers: Record<string, Answer>; known: number } {
  const identity = identityOf(object, { defaultNamespace: 'default', defined: new Map() })
  const subject = subjectOf(object, identity, plan.podPaths)
  const isKnown = isQuick && subject.pods.length <= 1 && (subject.pods[0]?.label ?? '') === ''
  const policies = plan.policiesFor(identity.resource)
  memory.forget()
  const looked = isKnown ? memory.look(subject.request, subject.pods[0]) : undefined
  const recall = looked && ((rule: number) => memory.recall(rule, looked))
  const known = plan.rules.filter(({ index }) => recall?.(index)?.known(subject.request.object!) !== undefined).length
  const answers: Record<string, Answer> = {}
  for (const policy of policies) {
    if (policy.waits || subject.pods[0]?.malformed !== undefined) continue
    const take: TakeAnswer = (rule, answer) => {
      answers[rule.id] = withoutInternals(answer)
    }
    evaluatePolicy(policy, subject, knowledge, take, recall)
  }
  return { answers, known }
}

function withoutInternals(answer: Answer): Answer {
  return 'causes' in answer ? { ...answer, causes: answer.causes.map(({ key, path }) => ({ key, path })) } : answer
}

test('objects that are alike in what a rule reads are answered as if each were asked', () => {
  const seed = Date.now() % 1_000_000
  const random = generator(seed)
  // Twice over, so that what was learnt is used; then mixed with one another and damaged.
  const mixed = Array.from({ length: 1_500 }, () => mutated(objects, random))

  for (const object of [...objects, ...objects, ...mixed]) {
    const [quick, asked] = [answersOf(object, true).answers, answersOf(object, false).answers]
    for (const id of Object.keys(asked)) {
      if (!isDeepStrictEqual(quick[id], asked[id]))
        assert.deepEqual(quick[id], asked[id], `seed ${seed}: ${id} of ${JSON.stringify(object)}`)
    }
  }
})

test('most rules need not be asked again about an object that was seen before', () => {
  const careful = objects.filter(object => object['kind'] === 'Deployment')
  let known = 0

  for (const object of careful) answersOf(object, true)
  for (const object of careful) known += answersOf(object, true).known

  const asked = careful.length * plan.rules.length
  assert.ok(known / asked > 0.6, `${known} of ${asked}`)
})

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Parts of one object in the place of parts of another, elements doubled or left out, a value of another type. */
function mutated(all: readonly JsonObject[], random: () => number): JsonObject {
  const pick = (): JsonObject => all[Math.floor(random() * all.length)]!
  const first = pick()
  const joined = joinedValue(first, { ...pick(), kind: first['kind']!, apiVersion: first['apiVersion']! }, random)
  return { ...(joined as JsonObject), kind: first['kind']!, apiVersion: first['apiVersion']! }
}

const strange: readonly JsonValue[] = ['', 'x', 0, true, [], {}, ['x'], [{}], { x: 'y' }, null]

function joinedValue(a: JsonValue, b: JsonValue, random: () => number): JsonValue {
  if (random() < 0.01) return strange[Math.floor(random() * strange.length)]!
  if (Array.isArray(a) && Array.isArray(b)) {
    const items: JsonValue[] = []
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const [x, y] = [a[i] as JsonValue | undefined, b[i] as JsonValue | undefined]
      const item = x === undefined ? y! : y === undefined ? x : joinedValue(x, y, random)
      items.push(item)
      if (random() < 0.2) items.push(structuredClone(item))
      if (random() < 0.1) items.shift()
    }
    return items
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const object: Record<string, JsonValue> = {}
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [x, y] = [a[key], b[key]]
      if (random() < 0.05) continue
      object[key] = x === undefined ? y! : y === undefined ? x : joinedValue(x, y, random)
    }
    return object
  }
  return random() < 0.5 ? a : b
}
