import { callCost, equalityCost, LIST_COST, MAP_COST, STRUCT_COST } from './cost.ts'
import { displayText } from './display.ts'
import type { Environment } from './environment.ts'
import { equal } from './equality.ts'
import { CostExceeded, type Frame } from './frame.ts'
import { goTypeName } from './go-types.ts'
import type {
  AttributeNode,
  CallNode,
  ConditionNode,
  FoldNode,
  ListNode,
  LogicalNode,
  MapNode,
  Node,
  OptionalNode,
  Step,
  StructNode,
} from './ir.ts'
import { keyFailure, step } from './path.ts'
import {
  CelError,
  CelOptional,
  CelUnknown,
  type CelValue,
  constantKey,
  Failure,
  findInMap,
  isList,
  isMap,
  keysOf,
  MapBuilder,
  mergeUnknowns,
  NO_SUCH_OVERLOAD,
  StructValue,
  typeOf,
} from './values.ts'

/** A node made executable. Failures are values, because operators absorb them and their cost still counts. */
export type Evaluate = (frame: Frame) => CelValue

export function closure(node: Node, environment: Environment): Evaluate {
  switch (node.kind) {
    case 'const': {
      const { value } = node
      return () => value
    }
    case 'attribute':
      return attribute(node, environment)
    case 'condition':
      return condition(node, environment)
    case 'and':
    case 'or':
      return logical(node, environment)
    case 'equal':
    case 'unequal':
      return equality(closure(node.left, environment), closure(node.right, environment), node.kind === 'unequal')
    case 'membership': {
      const element = closure(node.element, environment)
      const { set } = node
      return frame => {
        const value = element(frame)
        return value instanceof Failure ? value : (unhashable(value) ?? set.has(constantKey(value)))
      }
    }
    case 'call':
      return node.appends ? appending(node, environment) : call(node, environment)
    case 'optional':
      return optional(node, environment)
    case 'list':
      return list(node, environment)
    case 'map':
      return map(node, environment)
    case 'struct':
      return struct(node, environment)
    case 'fold':
      return fold(node, environment)
  }
}

/** The server looks constants up by hash, which some values do not have. */
export function unhashable(value: CelValue): CelError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name } = typeOf(value)
  if (name !== 'bytes' && name !== 'kubernetes.Semver' && name !== 'kubernetes.NamedFormat') return undefined
  return new CelError(`internal error: runtime error: hash of unhashable type ${goTypeName(value)}`)
}

// ---- paths

function attribute(node: AttributeNode, environment: Environment): Evaluate {
  const base = baseOf(node, environment)
  const own = node.counted && !node.test ? 1 : 0
  const { path } = node
  if (path.length === 0) {
    return own === 0
      ? base
      : frame => {
          const value = base(frame)
          frame.cost++
          return value
        }
  }
  const steps = path.map(part => compileStep(part, environment))
  const result: Evaluate = frame => {
    const value = follow(base(frame), steps, frame)
    frame.cost += own
    return value
  }
  if (!node.test) return result
  return frame => {
    const value = result(frame)
    return value instanceof CelOptional ? value.value !== undefined : value
  }
}

function baseOf(node: AttributeNode, environment: Environment): Evaluate {
  const { base } = node
  switch (base.kind) {
    case 'variable': {
      const { name } = base
      return frame => {
        // Null is a value: `oldObject == null` is how policies tell a creation.
        const value = frame.resolve(name)
        return value === undefined ? new CelError(`no such attribute(s): ${name}`) : value
      }
    }
    case 'slot': {
      const { slot } = base
      return frame => {
        const value = frame.slots[slot]
        // An accumulator is computed when it is first used.
        if (typeof value !== 'function') return value as CelValue
        const first = (value as Evaluate)(frame)
        frame.slots[slot] = first
        return first
      }
    }
    case 'value':
      return closure(base.node, environment)
  }
}

interface CompiledStep {
  readonly optional: boolean
  readonly test: boolean
  readonly key: CelValue | undefined
  readonly compute: Evaluate | undefined
}

function compileStep(part: Step, environment: Environment): CompiledStep {
  return part.kind === 'key'
    ? { optional: part.optional, test: part.test, key: part.key, compute: undefined }
    : { optional: part.optional, test: false, key: undefined, compute: closure(part.node, environment) }
}

/** Follows a path. Once a step is optional, all later ones are. */
function follow(start: CelValue, steps: readonly CompiledStep[], frame: Frame): CelValue {
  let value = start
  if (value instanceof CelError) return value
  let isOptional = false
  if (value instanceof CelOptional) {
    if (value.value === undefined) return value
    value = value.value
    isOptional = true
  }
  for (const { optional: marked, test, key, compute } of steps) {
    if (marked) isOptional = true
    let at = key
    if (compute !== undefined) {
      at = compute(frame)
      const failure = keyFailure(at)
      if (failure !== undefined) {
        frame.cost++
        return failure instanceof CelUnknown && isOptional ? failure : failure
      }
    }
    const next = step(value, at!, isOptional || test)
    if (next === undefined) {
      if (isOptional) return CelOptional.none
      frame.cost++
      value = false
      continue
    }
    frame.cost++
    if (next instanceof CelError) return next
    value = test && !isOptional && !(next instanceof CelUnknown) ? true : next
  }
  return isOptional && !(value instanceof CelUnknown) ? CelOptional.of(value) : value
}

// ---- operators

function condition(node: ConditionNode, environment: Environment): Evaluate {
  const test = closure(node.test, environment)
  const truthy = closure(node.truthy, environment)
  const falsy = closure(node.falsy, environment)
  return frame => {
    const value = test(frame)
    if (value === true) return truthy(frame)
    if (value === false) return falsy(frame)
    return value instanceof Failure ? value : NO_SUCH_OVERLOAD
  }
}

function logical(node: LogicalNode, environment: Environment): Evaluate {
  const left = closure(node.left, environment)
  const right = closure(node.right, environment)
  const decisive = node.kind === 'or'
  return frame => {
    const first = left(frame)
    if (first === decisive) return decisive
    const second = right(frame)
    if (second === decisive) return decisive
    if (first === !decisive && second === !decisive) return !decisive
    return absorbed(first, second)
  }
}

/** The outcome of operands of which none decides and not all are plain: unknown before error, the first error first. */
export function absorbed(first: CelValue, second: CelValue): CelValue {
  if (first instanceof CelUnknown) return second instanceof CelUnknown ? mergeUnknowns(first, second) : first
  if (second instanceof CelUnknown) return second
  if (typeof first !== 'boolean') return first instanceof Failure ? first : NO_SUCH_OVERLOAD
  return second instanceof Failure ? second : NO_SUCH_OVERLOAD
}

function equality(left: Evaluate, right: Evaluate, negated: boolean): Evaluate {
  return frame => {
    const a = left(frame)
    const b = right(frame)
    frame.cost += equalityCost(a, b, negated)
    if (a instanceof Failure) return a
    if (b instanceof Failure) return b
    return isEqualOrUnknown(a, b, negated)
  }
}

export function isEqualOrUnknown(a: CelValue, b: CelValue, negated: boolean): CelValue {
  try {
    const result = equal(a, b)
    return negated ? result !== true : result
  } catch (unknown) {
    if (unknown instanceof CelUnknown) return unknown
    throw unknown
  }
}

function call(node: CallNode, environment: Environment): Evaluate {
  const args = node.args.map(arg => closure(arg, environment))
  const cost = callCost(node.declaration.name, node.overload, environment.extendedLists, args.length)
  const charge = (frame: Frame, operands: readonly CelValue[], result: CelValue): void => {
    frame.cost += typeof cost === 'number' ? cost : cost(operands, result)
    if (frame.cost > frame.limit) throw new CostExceeded()
  }
  if (node.declaration.name === '@not_strictly_false') {
    const [only] = args
    return frame => {
      const value = only!(frame)
      frame.cost++
      return typeof value === 'boolean' ? value : true
    }
  }
  if (node.early || args.length > 2 || args.length === 0) return callMany(args, node.call, charge)
  const { call: invoke } = node
  const [first, second] = args as [Evaluate, Evaluate | undefined]
  if (second === undefined) {
    return frame => {
      const a = first(frame)
      const result = a instanceof Failure ? a : attempt(invoke, a)
      if (cost === 1) frame.cost++
      else charge(frame, [a], result)
      return result
    }
  }
  return frame => {
    const a = first(frame)
    const b = second(frame)
    const result = a instanceof Failure ? a : b instanceof Failure ? b : attempt(invoke, a, b)
    if (cost === 1) frame.cost++
    else charge(frame, [a, b], result)
    return result
  }
}

/** Calls of other arities stop at the first failing operand, and are charged only if that was the last one. */
function callMany(
  args: readonly Evaluate[],
  invoke: (...args: CelValue[]) => CelValue,
  charge: (frame: Frame, operands: readonly CelValue[], result: CelValue) => void,
): Evaluate {
  return frame => {
    const operands: CelValue[] = []
    for (const arg of args) {
      const value = arg(frame)
      operands.push(value)
      if (value instanceof Failure) {
        if (operands.length === args.length) charge(frame, operands, value)
        return value
      }
    }
    const result = attempt(invoke, ...operands)
    charge(frame, operands, result)
    return result
  }
}

/** An unknown deep inside an operand surfaces as a throw. */
function attempt(invoke: (...args: CelValue[]) => CelValue, ...args: CelValue[]): CelValue {
  try {
    return invoke(...args)
  } catch (unknown) {
    if (unknown instanceof CelUnknown) return unknown
    throw unknown
  }
}

function optional(node: OptionalNode, environment: Environment): Evaluate {
  const left = closure(node.left, environment)
  const right = closure(node.right, environment)
  const { value: unwraps, lenient } = node
  return frame => {
    const first = left(frame)
    if (first instanceof Failure) return first
    if (!(first instanceof CelOptional)) return lenient ? first : NO_SUCH_OVERLOAD
    if (first.value === undefined) return right(frame)
    return unwraps ? first.value : first
  }
}

// ---- literals

function list(node: ListNode, environment: Environment): Evaluate {
  const elements = node.elements.map(element => ({
    evaluate: closure(element.node, environment),
    optional: element.optional,
  }))
  return frame => {
    const values: CelValue[] = []
    for (const element of elements) {
      let value = element.evaluate(frame)
      if (!(value instanceof Failure) && element.optional) {
        if (!(value instanceof CelOptional))
          value = new CelError(`cannot initialize optional list element from non-optional value ${displayText(value)}`)
        else if (value.value === undefined) continue
        else value = value.value
      }
      if (value instanceof Failure) {
        frame.cost += LIST_COST
        return value
      }
      values.push(value)
    }
    frame.cost += LIST_COST
    return values
  }
}

function map(node: MapNode, environment: Environment): Evaluate {
  const entries = node.entries.map(entry => ({
    key: closure(entry.key, environment),
    value: closure(entry.value, environment),
    optional: entry.optional,
  }))
  return frame => {
    const builder = new MapBuilder()
    for (const entry of entries) {
      const key = entry.key(frame)
      let value = key instanceof Failure ? key : entry.value(frame)
      if (!(value instanceof Failure) && entry.optional) {
        if (!(value instanceof CelOptional)) value = nonOptional(displayText(key), value)
        else if (value.value === undefined) {
          builder.delete(key)
          continue
        } else value = value.value
      }
      if (value instanceof Failure) {
        frame.cost += MAP_COST
        return value
      }
      builder.set(key, value)
    }
    frame.cost += MAP_COST
    return builder.build()
  }
}

function struct(node: StructNode, environment: Environment): Evaluate {
  const fields = node.fields.map(field => ({ ...field, evaluate: closure(field.value, environment) }))
  const type = environment.types.get(node.typeName)
  const constructible = environment.constructible.has(node.typeName)
  return frame => {
    const values = new Map<string, CelValue>()
    for (const field of fields) {
      let value = field.evaluate(frame)
      if (!(value instanceof Failure) && field.optional) {
        if (!(value instanceof CelOptional)) value = nonOptional(field.name, value)
        else if (value.value === undefined) {
          values.delete(field.name)
          continue
        } else value = value.value
      }
      if (value instanceof Failure) {
        frame.cost += STRUCT_COST
        return value
      }
      values.set(field.name, value)
    }
    frame.cost += STRUCT_COST
    return type === undefined || !constructible
      ? new CelError(`unknown type '${node.typeName}'`)
      : new StructValue(type, values)
  }
}

export function nonOptional(name: string, value: CelValue): CelError {
  return new CelError(`cannot initialize optional entry '${name}' from non-optional value ${displayText(value)}`)
}

// ---- comprehensions

function fold(node: FoldNode, environment: Environment): Evaluate {
  const range = closure(node.range, environment)
  const init = closure(node.init, environment)
  const result = closure(node.result, environment)
  const { iterSlot, secondSlot, accuSlot } = node
  const isBinding = node.range.kind === 'const' && isList(node.range.value) && node.range.value.length === 0
  // Built in place, so each evaluation starts with a collection of its own.
  const start: Evaluate = frame => {
    const value = init(frame)
    if (isList(value) && value.length === 0) return []
    return value
  }
  if (isBinding) {
    return frame => {
      frame.slots[accuSlot] = start as unknown as CelValue
      return result(frame)
    }
  }
  if (node.predicate !== undefined) return quantifier(node, range, closure(node.predicate, environment))
  const proceed = closure(node.condition, environment)
  const advance = closure(node.step, environment)
  const always = node.condition.kind === 'const' && node.condition.value === true
  return frame => {
    const over = range(frame)
    if (over instanceof Failure) return over
    const pairs = iteration(over, secondSlot !== -1)
    if (pairs instanceof CelError) return pairs
    frame.slots[accuSlot] = start as unknown as CelValue
    for (let i = 0; i < pairs.keys.length; i++) {
      frame.slots[iterSlot] = pairs.keys[i]!
      if (secondSlot !== -1) frame.slots[secondSlot] = pairs.valueAt(i)
      if (!always && proceed(frame) === false) break
      frame.slots[accuSlot] = advance(frame)
      if (frame.cost > frame.limit) throw new CostExceeded()
    }
    return finished(result(frame))
  }
}

/** `all` and `exists`, step by step as their expansion runs and costs. */
function quantifier(node: FoldNode, range: Evaluate, predicate: Evaluate): Evaluate {
  const { iterSlot, secondSlot } = node
  const isAll = node.macro === 'all'
  const entry = isAll ? 2 : 3
  return frame => {
    const over = range(frame)
    if (over instanceof Failure) return over
    const pairs = iteration(over, secondSlot !== -1)
    if (pairs instanceof CelError) return pairs
    let accu: CelValue = isAll
    for (let i = 0; i < pairs.keys.length; i++) {
      frame.cost += entry
      if (accu === !isAll) break
      frame.slots[iterSlot] = pairs.keys[i]!
      if (secondSlot !== -1) frame.slots[secondSlot] = pairs.valueAt(i)
      frame.cost++
      const value = predicate(frame)
      if (value === !isAll) accu = value
      else if (value !== isAll || accu !== isAll) accu = absorbed(accu, value)
      if (frame.cost > frame.limit) throw new CostExceeded()
    }
    frame.cost++
    return accu
  }
}

interface Iteration {
  readonly keys: readonly CelValue[]
  valueAt(index: number): CelValue
}

export function iteration(over: CelValue, two: boolean): Iteration | CelError {
  if (isList(over)) {
    if (two) return { keys: over.map((_, i) => i), valueAt: index => over[index]! }
    return { keys: over, valueAt: index => over[index]! }
  }
  if (isMap(over)) {
    const keys = keysOf(over)
    return { keys, valueAt: index => findInMap(over, keys[index]!) ?? null }
  }
  const type = goTypeName(over)
  return new CelError(two ? `unsupported comprehension range type: ${type}` : `got '${type}', expected iterable type`)
}

/** Adding to the accumulator of an enclosing fold, which nobody else can see yet. */
function appending(node: CallNode, environment: Environment): Evaluate {
  const args = node.args.map(arg => closure(arg, environment))
  if (node.declaration.name === 'cel.@mapInsert') return inserting(args)
  const [first, second] = args as [Evaluate, Evaluate]
  return frame => {
    const accu = first(frame)
    const added = second(frame)
    frame.cost++
    if (accu instanceof Failure) return accu
    if (added instanceof Failure) return added
    if (!isList(accu) || !isList(added)) return NO_SUCH_OVERLOAD
    for (const item of added) (accu as CelValue[]).push(item)
    return accu
  }
}

/** A map under construction; becomes an ordinary one when the fold is done. */
class GrowingMap extends StructValue {
  readonly builder = new MapBuilder()
}

function inserting(args: readonly Evaluate[]): Evaluate {
  return frame => {
    const operands: CelValue[] = []
    for (const arg of args) {
      const value = arg(frame)
      operands.push(value)
      if (value instanceof Failure) {
        if (operands.length === args.length) frame.cost++
        return value
      }
    }
    frame.cost++
    let accu = operands[0]!
    if (!(accu instanceof GrowingMap)) accu = new GrowingMap()
    const { builder } = accu as GrowingMap
    const added = args.length === 3 ? [operands[1]!] : keysOf(operands[1]!)
    for (const key of added) {
      if (builder.has(key)) return new CelError(`insert failed: key ${displayText(key)} already exists`)
      builder.set(key, args.length === 3 ? operands[2]! : (findInMap(operands[1]!, key) ?? null))
    }
    return accu
  }
}

function finished(value: CelValue): CelValue {
  return value instanceof GrowingMap ? value.builder.build() : value
}
