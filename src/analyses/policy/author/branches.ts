import type { CallExpr, Expr } from '../../../lib/cel/ast.ts'
import type { Checked } from '../../../lib/cel/checker.ts'
import { BOOL } from '../../../lib/cel/types.ts'
import { MARK } from './program-of.ts'

/** A place in an expression where true and false part. */
export interface Branch {
  readonly offset: number
  /** The source text from which the branch begins, for the reader. */
  readonly node: Expr
}

/** One small change of an expression. */
export interface Mutation {
  readonly expr: Expr
  readonly offset: number
  /** `negated`, `&& became ||`, `left side dropped`, `1 became 2`. */
  readonly what: string
}

/** The expression with a mark around every condition: operands of `&&`, `||`, `!`, `?:`, of loops, and the whole. */
export function marked(root: Expr, checked: Checked): { readonly expr: Expr; readonly branches: readonly Branch[] } {
  const branches: Branch[] = []
  let id = 1_000_000
  const mark = (node: Expr, inner: Expr): Expr => {
    const type = checked.types.get(node.id)
    if (type?.kind !== BOOL.kind || node.kind === 'literal') return inner
    const index = branches.push({ offset: startOf(node), node }) - 1
    const number: Expr = { kind: 'literal', id: id++, offset: node.offset, value: index }
    return { kind: 'call', id: id++, offset: node.offset, function: MARK, target: undefined, args: [number, inner] }
  }
  const conditions = new Set(conditionsIn(root))
  conditions.add(root)
  const expr = rewrite(root, (node, inner) => (conditions.has(node) && !isLogic(node) ? mark(node, inner) : inner))
  return { expr, branches }
}

/** Every mutation of an expression. */
export function mutationsOf(root: Expr, checked: Checked): readonly Mutation[] {
  const mutations: Mutation[] = []
  const conditions = new Set(conditionsIn(root))
  conditions.add(root)
  let id = 2_000_000
  const replace = (target: Expr, by: Expr, what: string): void => {
    mutations.push({
      expr: rewrite(root, (node, inner) => (node === target ? by : inner)),
      offset: startOf(target),
      what,
    })
  }
  visitWritten(root, node => {
    if (node.kind === 'call' && (node.function === '_&&_' || node.function === '_||_')) {
      const other = node.function === '_&&_' ? '_||_' : '_&&_'
      replace(node, { ...node, function: other }, `${symbol(node)} became ${other === '_&&_' ? '&&' : '||'}`)
      replace(node, node.args[1]!, `the left side of ${symbol(node)} was dropped`)
      replace(node, node.args[0]!, `the right side of ${symbol(node)} was dropped`)
    } else if (conditions.has(node) && checked.types.get(node.id)?.kind === 'bool' && node.kind !== 'literal') {
      const negated: Expr = {
        kind: 'call',
        id: id++,
        offset: node.offset,
        function: '!_',
        target: undefined,
        args: [node],
      }
      replace(node, negated, 'was negated')
    } else if (node.kind === 'literal') {
      const changed = changedLiteral(node.value)
      if (changed !== undefined)
        replace(node, { ...node, value: changed }, `${show(node.value)} became ${show(changed)}`)
    }
  })
  return mutations
}

function changedLiteral(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 1
  return typeof value === 'string' ? `${value}~` : undefined
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function symbol({ function: name }: CallExpr): string {
  return name === '_&&_' ? '&&' : '||'
}

function isLogic(node: Expr): boolean {
  return node.kind === 'call' && (node.function === '_&&_' || node.function === '_||_' || node.function === '!_')
}

function conditionsIn(root: Expr): readonly Expr[] {
  const found: Expr[] = []
  visitWritten(root, node => {
    if (node.kind === 'call' && (isLogic(node) || node.function === '_?_:_'))
      found.push(...(node.function === '_?_:_' ? [node.args[0]!] : node.args))
    const predicate = node.kind === 'comprehension' ? predicateOf(node) : undefined
    if (predicate !== undefined) found.push(predicate)
  })
  return found
}

/** What the author wrote inside a loop; the rest of it is what the macro expands to. */
function predicateOf(node: Expr & { readonly kind: 'comprehension' }): Expr | undefined {
  const { macro, loopStep } = node
  if (loopStep.kind !== 'call') return undefined
  if (macro === 'all' || macro === 'exists') return loopStep.args[1]
  return macro === 'filter' || macro === 'exists_one' ? loopStep.args[0] : undefined
}

/** Visits the nodes that stand in the source, not those that macros made. */
function visitWritten(node: Expr, visit: (node: Expr) => void): void {
  visit(node)
  switch (node.kind) {
    case 'select':
      visitWritten(node.operand, visit)
      break
    case 'call':
      if (node.target !== undefined) visitWritten(node.target, visit)
      for (const argument of node.args) visitWritten(argument, visit)
      break
    case 'list':
      for (const element of node.elements) visitWritten(element, visit)
      break
    case 'map':
      for (const { key, value } of node.entries) {
        visitWritten(key, visit)
        visitWritten(value, visit)
      }
      break
    case 'comprehension': {
      visitWritten(node.iterRange, visit)
      const predicate = predicateOf(node)
      if (predicate !== undefined) visitWritten(predicate, visit)
      break
    }
    default:
  }
}

function rewrite(node: Expr, change: (node: Expr, inner: Expr) => Expr): Expr {
  const again = (child: Expr): Expr => rewrite(child, change)
  switch (node.kind) {
    case 'select':
      return change(node, { ...node, operand: again(node.operand) })
    case 'call':
      return change(node, {
        ...node,
        target: node.target === undefined ? undefined : again(node.target),
        args: node.args.map(again),
      })
    case 'list':
      return change(node, { ...node, elements: node.elements.map(again) })
    case 'map':
      return change(node, {
        ...node,
        entries: node.entries.map(entry => ({ ...entry, key: again(entry.key), value: again(entry.value) })),
      })
    case 'struct':
      return change(node, { ...node, fields: node.fields.map(field => ({ ...field, value: again(field.value) })) })
    case 'comprehension':
      return change(node, {
        ...node,
        iterRange: again(node.iterRange),
        accuInit: again(node.accuInit),
        loopStep: again(node.loopStep),
        loopCondition: again(node.loopCondition),
        result: again(node.result),
      })
    default:
      return change(node, node)
  }
}

/** Where the leftmost part of a node stands: nodes themselves are anchored at their operator. */
function startOf(node: Expr): number {
  switch (node.kind) {
    case 'select':
      return Math.min(node.offset, startOf(node.operand))
    case 'call':
      return Math.min(node.offset, ...[...(node.target === undefined ? [] : [node.target]), ...node.args].map(startOf))
    case 'comprehension':
      return Math.min(node.offset, startOf(node.iterRange))
    default:
      return node.offset
  }
}
