import type { CallExpr, ComprehensionExpr, Expr, SelectExpr } from './ast.ts'
import type { Environment } from './environment.ts'
import type { FunctionDecl } from './functions.ts'
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  formatType,
  INT,
  isDyn,
  isExactType,
  isOptionalType,
  listType,
  mapType,
  optionalType,
  typeParam,
  typeType,
} from './types.ts'
import { Substitution } from './unification.ts'
import { typeOf } from './values.ts'

export interface CheckError {
  readonly message: string
  readonly offset: number
}

/** What checking found out about an expression. */
export interface Checked {
  readonly errors: readonly CheckError[]
  /** The static type of each node. */
  readonly types: ReadonlyMap<number, CelType>
  /** What an identifier or qualified selection denotes, where it is no plain field access. */
  readonly references: ReadonlyMap<number, Reference>
}

export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'type'; readonly type: CelType }
  | {
      readonly kind: 'function'
      readonly declaration: FunctionDecl
      readonly overloads: readonly string[]
      /** The call was written `a.b.f(x)` but names the function `a.b.f`. */
      readonly qualified: boolean
    }

export function check(expr: Expr, environment: Environment): Checked {
  const checker = new Checker(environment)
  checker.check(expr)
  return checker.finish()
}

interface Scope {
  readonly parent: Scope | undefined
  readonly names: ReadonlyMap<string, CelType>
}

class Checker {
  readonly environment: Environment
  readonly errors: CheckError[] = []
  readonly types = new Map<number, CelType>()
  readonly references = new Map<number, Reference>()
  readonly substitution = new Substitution()
  scope: Scope | undefined
  variables = 0

  constructor(environment: Environment) {
    this.environment = environment
  }

  finish(): Checked {
    const types = new Map<number, CelType>()
    for (const [id, type] of this.types) types.set(id, this.substitution.apply(type, true))
    const errors = [...this.errors].sort((a, b) => a.offset - b.offset)
    return { errors, types, references: this.references }
  }

  check(node: Expr): void {
    switch (node.kind) {
      case 'literal':
        this.types.set(node.id, typeOf(node.value))
        return
      case 'ident':
        this.checkIdent(node.id, node.offset, node.name)
        return
      case 'select':
        this.checkSelect(node)
        return
      case 'call':
        this.checkCall(node)
        return
      case 'list':
        this.checkList(node)
        return
      case 'map':
        this.checkMap(node)
        return
      case 'struct':
        this.checkStruct(node)
        return
      case 'comprehension':
        this.checkComprehension(node)
        return
    }
  }

  checkIdent(id: number, offset: number, written: string): void {
    const absolute = written.startsWith('.')
    const name = absolute ? written.slice(1) : written
    const local = absolute ? undefined : this.local(name)
    if (local !== undefined) {
      this.types.set(id, local)
      return
    }
    if (this.resolve(id, name)) return
    this.types.set(id, ERROR)
    this.report(offset, `undeclared reference to '${written}' (in container '')`)
  }

  /** Resolves a declared variable or type name. */
  resolve(id: number, name: string): boolean {
    const variable = this.environment.variables.get(name)
    if (variable !== undefined) {
      this.types.set(id, variable)
      this.references.set(id, { kind: 'variable', name })
      return true
    }
    const type = this.environment.types.get(name)
    if (type === undefined) return false
    this.types.set(id, typeType(type))
    this.references.set(id, { kind: 'type', type })
    return true
  }

  local(name: string): CelType | undefined {
    for (let scope = this.scope; scope !== undefined; scope = scope.parent) {
      const type = scope.names.get(name)
      if (type !== undefined) return type
    }
    return undefined
  }

  checkSelect(node: SelectExpr): void {
    const name = node.testOnly ? undefined : qualifiedName(node)
    if (name !== undefined) {
      const first = name.slice(0, name.indexOf('.'))
      // A local variable hides every qualified name that begins with it.
      if (this.local(first) === undefined && this.resolve(node.id, name.replace(/^\./u, ''))) return
    }
    const type = this.checkField(node, node.operand, node.field, false)
    this.types.set(node.id, this.substitution.apply(node.testOnly ? BOOL : type))
  }

  checkField(node: Expr, operand: Expr, field: string, optional: boolean): CelType {
    this.check(operand)
    const operandType = this.substitution.apply(this.typeOf(operand))
    const wasOptional = isOptionalType(operandType)
    const target = wasOptional ? operandType.parameters[0]! : operandType
    const result = this.fieldType(node, target, field)
    return wasOptional || optional ? optionalType(result) : result
  }

  fieldType(node: Expr, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.parameters[1]!
      case 'struct': {
        const type = target.fields?.().get(field)
        if (type !== undefined) return type
        const unresolved = target.fields === undefined
        this.report(
          node.offset,
          unresolved ? `unexpected failed resolution of '${target.name}'` : `undefined field '${field}'`,
        )
        return ERROR
      }
      case 'typeParam':
        this.assignable(DYN, target)
        return DYN
      default:
        if (!isDyn(target) && target.kind !== 'error')
          this.report(node.offset, `type '${formatType(target)}' does not support field selection`)
        return DYN
    }
  }

  checkCall(node: CallExpr): void {
    if (node.function === '_?._') {
      const [operand, field] = node.args as [Expr, Expr]
      const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : ''
      this.types.set(node.id, this.substitution.apply(this.checkField(node, operand, name, true)))
      this.types.set(field.id, typeOf(name))
      return
    }
    for (const arg of node.args) this.check(arg)
    if (node.target === undefined) {
      const declaration = this.lookup(node.function)
      if (declaration === undefined) this.undeclared(node, node.function)
      else this.resolveCall(node, declaration, undefined, false)
      return
    }
    // `a.b.f(x)` is the function `a.b.f` if there is one, else `f` of the receiver `a.b`.
    const prefix = qualifiedName(node.target)
    const qualified = prefix === undefined ? undefined : this.lookup(`${prefix}.${node.function}`)
    if (qualified !== undefined) {
      this.resolveCall(node, qualified, undefined, true)
      return
    }
    this.check(node.target)
    const declaration = this.lookup(node.function)
    if (declaration === undefined) this.undeclared(node, node.function)
    else this.resolveCall(node, declaration, node.target, false)
  }

  lookup(name: string): FunctionDecl | undefined {
    return this.environment.functions.get(name.startsWith('.') ? name.slice(1) : name)
  }

  undeclared(node: CallExpr, name: string): void {
    this.types.set(node.id, ERROR)
    this.report(node.offset, `undeclared reference to '${name}' (in container '')`)
  }

  resolveCall(node: CallExpr, declaration: FunctionDecl, target: Expr | undefined, qualified: boolean): void {
    const operands = target === undefined ? node.args : [target, ...node.args]
    const argTypes = operands.map(operand => this.typeOf(operand))
    if (declaration.name === '_&&_' || declaration.name === '_||_') {
      this.checkLogical(node, declaration, operands)
      return
    }
    let result: CelType | undefined
    const overloads: string[] = []
    for (const overload of declaration.overloads) {
      if (overload.member !== (target !== undefined) || overload.args.length !== argTypes.length) continue
      const [resultType, params] = this.instantiate(overload.result, overload.args)
      if (!this.assignableList(argTypes, params)) continue
      overloads.push(overload.id)
      const candidate = this.substitution.apply(resultType)
      if (result === undefined) result = candidate
      else if (!isDyn(result) && !isExactType(candidate, result)) result = DYN
    }
    if (result === undefined) {
      const signature = formatSignature(
        argTypes.map(type => this.substitution.apply(type, true)),
        target !== undefined,
      )
      this.types.set(node.id, ERROR)
      this.report(node.offset, `found no matching overload for '${declaration.name}' applied to '${signature}'`)
      return
    }
    this.types.set(node.id, result)
    this.references.set(node.id, { kind: 'function', declaration, overloads, qualified })
  }

  checkLogical(node: CallExpr, declaration: FunctionDecl, operands: readonly Expr[]): void {
    let failed = false
    for (const operand of operands) {
      const type = this.typeOf(operand)
      if (this.assignable(type, BOOL)) continue
      this.report(operand.offset, `expected type 'bool' but found '${formatType(type)}'`)
      failed = true
    }
    this.types.set(node.id, failed ? ERROR : BOOL)
    const overloads = [declaration.overloads[0]!.id]
    this.references.set(node.id, { kind: 'function', declaration, overloads, qualified: false })
  }

  /** The signature with fresh variables for its type parameters. */
  instantiate(result: CelType, args: readonly CelType[]): readonly [CelType, readonly CelType[]] {
    const names = new Set<string>()
    for (const type of [result, ...args]) collectParams(type, names)
    if (names.size === 0) return [result, args]
    const fresh = new Substitution()
    for (const name of names) fresh.add(typeParam(name), this.freshVariable())
    return [fresh.apply(result), args.map(arg => fresh.apply(arg))]
  }

  checkList(node: Expr & { kind: 'list' }): void {
    let elements: CelType | undefined
    node.elements.forEach((element, i) => {
      this.check(element)
      const type = this.typeOf(element)
      elements = this.join(element, elements, node.optionalIndices.includes(i) ? this.unwrapped(element, type) : type)
    })
    this.types.set(node.id, listType(elements ?? this.freshVariable()))
  }

  checkMap(node: Expr & { kind: 'map' }): void {
    let keys: CelType | undefined
    let values: CelType | undefined
    for (const entry of node.entries) {
      this.check(entry.key)
      keys = this.join(entry.key, keys, this.typeOf(entry.key))
      this.check(entry.value)
      const type = this.typeOf(entry.value)
      values = this.join(entry.value, values, entry.optional ? this.unwrapped(entry.value, type) : type)
    }
    this.types.set(node.id, mapType(keys ?? this.freshVariable(), values ?? this.freshVariable()))
  }

  /** The type inside an optional, as `?element` needs one. */
  unwrapped(node: Expr, type: CelType): CelType {
    if (isOptionalType(type)) return type.parameters[0]!
    if (!isDyn(type)) {
      const wanted = formatType(optionalType(type))
      this.report(node.offset, `expected type '${wanted}' but found '${formatType(type)}'`)
    }
    return type
  }

  checkStruct(node: Expr & { kind: 'struct' }): void {
    const name = node.typeName.replace(/^\./u, '')
    const type = this.environment.types.get(name)
    if (type === undefined) {
      this.types.set(node.id, ERROR)
      const variable = this.environment.variables.get(name)
      if (variable === undefined)
        this.report(node.offset, `undeclared reference to '${node.typeName}' (in container '')`)
      else this.report(node.offset, `'${variable.name}' is not a type`)
      if (variable === undefined) return
    } else if (type.kind !== 'struct') {
      this.report(node.offset, `'${type.name}' is not a message type`)
    }
    const resultType = type?.kind === 'struct' ? type : ERROR
    this.types.set(node.id, resultType)
    for (const field of node.fields) {
      this.check(field.value)
      let fieldType = resultType.fields?.().get(field.name)
      if (fieldType === undefined) {
        if (type === undefined || type.kind === 'struct') this.report(field.offset, `undefined field '${field.name}'`)
        else this.report(field.offset, `unexpected failed resolution of '${name}'`)
        fieldType = ERROR
      }
      const valueType = this.typeOf(field.value)
      const given = field.optional ? this.unwrapped(field.value, valueType) : valueType
      if (!this.assignable(fieldType, given))
        this.report(
          field.offset,
          `expected type of field '${field.name}' is '${formatType(fieldType)}' but provided type is '${formatType(given)}'`,
        )
    }
  }

  checkComprehension(node: ComprehensionExpr): void {
    this.check(node.iterRange)
    this.check(node.accuInit)
    const range = this.substitution.apply(this.typeOf(node.iterRange))
    const accu = this.typeOf(node.accuInit)
    const outer = this.scope
    this.scope = { parent: outer, names: new Map([[node.accuVar, accu]]) }
    const accuScope = this.scope
    const [first, second] = this.iterationTypes(node, range)
    const names = new Map([[node.iterVar, first]])
    if (node.iterVar2 !== '') names.set(node.iterVar2, second)
    this.scope = { parent: accuScope, names }
    this.check(node.loopCondition)
    this.assertType(node.loopCondition, BOOL)
    this.check(node.loopStep)
    this.assertType(node.loopStep, accu)
    this.scope = accuScope
    this.check(node.result)
    this.scope = outer
    this.types.set(node.id, this.substitution.apply(this.typeOf(node.result)))
  }

  iterationTypes(node: ComprehensionExpr, range: CelType): readonly [CelType, CelType] {
    switch (range.kind) {
      case 'list':
        return node.iterVar2 === '' ? [range.parameters[0]!, ERROR] : [INT, range.parameters[0]!]
      case 'map':
        return [range.parameters[0]!, range.parameters[1]!]
      case 'dyn':
      case 'error':
      case 'typeParam':
        this.assignable(DYN, range)
        return [DYN, DYN]
      default: {
        const what = 'cannot be range of a comprehension (must be list, map, or dynamic)'
        this.report(node.iterRange.offset, `expression of type '${formatType(range)}' ${what}`)
        return [ERROR, ERROR]
      }
    }
  }

  /** The common type of two elements; literals are of one type. */
  join(node: Expr, previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current
    if (this.assignable(previous, current)) return this.substitution.mostGeneral(previous, current)
    if (this.environment.mixedLiterals) return DYN
    this.report(node.offset, `expected type '${formatType(previous)}' but found '${formatType(current)}'`)
    return ERROR
  }

  assertType(node: Expr, type: CelType): void {
    const found = this.typeOf(node)
    if (!this.assignable(type, found))
      this.report(node.offset, `expected type '${formatType(type)}' but found '${formatType(found)}'`)
  }

  assignable(a: CelType, b: CelType): boolean {
    return this.assignableList([a], [b])
  }

  assignableList(a: readonly CelType[], b: readonly CelType[]): boolean {
    return this.substitution.assignAll(a, b)
  }

  typeOf(node: Expr): CelType {
    return this.types.get(node.id) ?? ERROR
  }

  freshVariable(): CelType {
    return typeParam(`_var${this.variables++}`)
  }

  report(offset: number, message: string): void {
    this.errors.push({ message, offset })
  }
}

/** `a.b.c` of plain selections; `undefined` for anything else. */
function qualifiedName(node: Expr): string | undefined {
  const parts: string[] = []
  let current = node
  while (current.kind === 'select' && !current.testOnly) {
    parts.push(current.field)
    current = current.operand
  }
  if (current.kind !== 'ident') return undefined
  parts.push(current.name)
  return parts.reverse().join('.')
}

function collectParams(type: CelType, names: Set<string>): void {
  if (type.kind === 'typeParam') names.add(type.name)
  for (const parameter of type.parameters) collectParams(parameter, names)
}

function formatSignature(types: readonly CelType[], isMember: boolean): string {
  const args = (isMember ? types.slice(1) : types).map(formatType).join(', ')
  return isMember ? `${formatType(types[0]!)}.(${args})` : `(${args})`
}
