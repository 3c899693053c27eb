import { childrenOf, type Expr } from '../../lib/cel/ast.ts'
import { kubernetesEnvironment } from '../../lib/cel/index.ts'
import { parse } from '../../lib/cel/parser.ts'
import { CelError, type CelValue } from '../../lib/cel/values.ts'
import type { JsonPath } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'

/**
 * The variables with which every pod rule begins. They say in CEL where each kind carries its pod; a scan, which has
 * taken the pod apart already, recognises them and puts the parts of the PodView in their place, so that a rule costs
 * the same for a CronJob as for a Pod and holds for custom kinds as well.
 */
export const prelude = {
  o: 'dyn(object)',
  template:
    "variables.o.kind == 'Pod' ? variables.o : variables.o.kind == 'PodTemplate' ? variables.o.?template.orValue({}) : " +
    "variables.o.kind == 'CronJob' ? variables.o.?spec.?jobTemplate.?spec.?template.orValue({}) : " +
    'variables.o.?spec.?template.orValue({})',
  podSpec: 'variables.template.?spec.orValue({})',
  podMeta: 'variables.template.?metadata.orValue({})',
  containers:
    'variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?containers.orValue([]) + ' +
    'variables.podSpec.?ephemeralContainers.orValue([])',
} as const

export type PreludeName = keyof typeof prelude

/** True where a variable of a policy is the one of the prelude that bears its name, however it is laid out. */
export function isPrelude(name: string, expr: Expr): name is PreludeName {
  if (!Object.hasOwn(prelude, name)) return false
  let shape = shapes.get(name as PreludeName)
  if (shape === undefined) {
    const parsed = parse(prelude[name as PreludeName], kubernetesEnvironment())
    shape = parsed.ok ? shapeOf(parsed.expr) : ''
    shapes.set(name as PreludeName, shape)
  }
  return shapeOf(expr) === shape
}

/** True for the text of a prelude variable as the shipped policies write it: saves parsing it. */
export function isPreludeText(name: string, text: string): name is PreludeName {
  return Object.hasOwn(prelude, name) && text.replaceAll(/\s+/g, ' ').trim() === prelude[name as PreludeName]
}

const shapes = new Map<PreludeName, string>()

function shapeOf(expr: Expr): string {
  const own =
    expr.kind === 'ident'
      ? expr.name
      : expr.kind === 'select'
        ? `.${expr.field}${expr.testOnly ? '?' : ''}`
        : expr.kind === 'call'
          ? `${expr.target === undefined ? '' : '.'}${expr.function}`
          : expr.kind === 'literal'
            ? `${typeof expr.value} ${String(expr.value)}`
            : expr.kind
  return `(${own} ${childrenOf(expr).map(shapeOf).join(' ')})`
}

/** The value of a prelude variable for one pod. A pod of wrong types gives an error, which every rule reports. */
export function preludeValue(name: PreludeName, object: CelValue, view: PodView): CelValue {
  if (name === 'o') return object
  if (view.malformed !== undefined) return new CelError(view.malformed)
  switch (name) {
    case 'podSpec':
      return view.podSpec
    case 'podMeta':
      return view.podMeta
    case 'template':
      return { metadata: view.podMeta, spec: view.podSpec }
    case 'containers': {
      const { initContainers, containers, ephemeralContainers } = view.podSpec as Record<string, CelValue>
      const own = Object.hasOwn(view.podSpec, 'containers') ? (containers as readonly CelValue[]) : []
      if (initContainers === undefined && ephemeralContainers === undefined) return own
      return [...listOr(initContainers), ...own, ...listOr(ephemeralContainers)]
    }
  }
}

/** Where a prelude variable stands in the object; the containers stand in three lists and have no single place. */
export function preludePath(name: PreludeName, view: PodView): JsonPath | undefined {
  switch (name) {
    case 'o':
      return []
    case 'template':
      return view.path
    case 'podSpec':
      return view.specPath
    case 'podMeta':
      return [...view.path, 'metadata']
    case 'containers':
      return undefined
  }
}

function listOr(value: CelValue | undefined): readonly CelValue[] {
  return Array.isArray(value) ? (value as readonly CelValue[]) : []
}
