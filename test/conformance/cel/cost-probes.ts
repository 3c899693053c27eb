import { admissionEnvironment, type CelValue, compile } from '../../../src/lib/cel/index.ts'

/** A pair of expressions between which the cost limit lies, if our cost of `expr` is the server's. */
export interface CostProbe {
  readonly expr: string
  readonly cost: number
  readonly within: string
  readonly beyond: string
}

const LIMIT = 1_000_000
const environment = admissionEnvironment({ purpose: 'new', authorizer: true, variables: {} })

/**
 * Costs are visible on a server only through the limit: the expression is evaluated so often that our cost just fits,
 * and once more. `undefined` where it fails or costs so much or little that the probe would say nothing.
 */
export function costProbe(expr: string, object: CelValue): CostProbe | undefined {
  const repeated = (count: number): string => `lists.range(${count}).map(i, dyn(${expr}) == null).size() == ${count}`
  const cost = (source: string): number | undefined => {
    const compiled = compile(source, environment)
    if (!compiled.ok) return undefined
    const result = compiled.program.evaluate(
      { object } as { readonly [name: string]: CelValue },
      Number.MAX_SAFE_INTEGER,
    )
    return result.kind === 'value' ? result.cost : undefined
  }
  const own = cost(expr)
  const one = cost(repeated(1))
  const two = cost(repeated(2))
  if (own === undefined || one === undefined || two === undefined) return undefined
  const step = two - one
  const count = Math.floor((LIMIT - one) / step) + 1
  if (count < 3 || count > 900_000) return undefined
  return { expr, cost: own, within: repeated(count), beyond: repeated(count + 1) }
}
