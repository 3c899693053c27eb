import { compilePattern } from '../regex/pattern.ts'
import { type CallExpr, childrenOf, type Expr } from './ast.ts'
import type { CheckError, Checked } from './checker.ts'
import { dispatch } from './dispatch.ts'
import type { Environment } from './environment.ts'
import { type Clause, FormatError, refused, walkFormat } from './ext/format.ts'
import { type CelType, DYN, formatType, isOptionalType, type TypeKind } from './types.ts'
import { Failure } from './values.ts'

/** What the server refuses in an expression that checks: literals that cannot be what they are used as. */
export function validateLiterals(expr: Expr, checked: Checked, environment: Environment): readonly CheckError[] {
  const validation = new Validation(checked, environment)
  validation.visit(expr, false)
  return validation.errors.sort((a, b) => a.offset - b.offset)
}

class Validation {
  readonly checked: Checked
  readonly environment: Environment
  readonly errors: CheckError[] = []

  constructor(checked: Checked, environment: Environment) {
    this.checked = checked
    this.environment = environment
  }

  /** `inFormat`: below a call of `format`, whose list may mix types. */
  visit(node: Expr, inFormat: boolean): void {
    let below = inFormat
    if (node.kind === 'call') {
      if (this.environment.validateLiterals) this.checkCall(node)
      if (node.function === 'format') below = true
    } else if (inFormat || !this.environment.uniformLiterals) {
      // Nothing to hold against a literal here.
    } else if (node.kind === 'list') this.checkList(node)
    else if (node.kind === 'map') this.checkMap(node)
    for (const child of childrenOf(node)) this.visit(child, below)
  }

  checkCall(node: CallExpr): void {
    const [first] = node.args
    switch (node.function) {
      case 'duration':
      case 'timestamp':
        if (first?.kind === 'literal' && this.fails(node)) this.report(first, `invalid ${node.function} argument`)
        return
      case 'matches':
        // The server looks at the first argument even where that is the text and not the pattern.
        if (first?.kind === 'literal' && typeof first.value === 'string' && 'error' in compilePattern(first.value))
          this.report(first, 'invalid matches argument')
        return
      case 'format':
        if (node.target?.kind === 'literal' && typeof node.target.value === 'string' && first?.kind === 'list')
          this.checkFormat(node, node.target.value, first.elements)
        return
    }
  }

  /** Does converting the literal argument fail? */
  fails(node: CallExpr): boolean {
    const [first] = node.args
    const declaration = this.environment.functions.get(node.function)
    if (first?.kind !== 'literal' || declaration === undefined) return false
    return dispatch(declaration, '', 1).call(first.value) instanceof Failure
  }

  checkList(node: Expr & { kind: 'list' }): void {
    let common: CelType | undefined
    for (const [i, element] of node.elements.entries()) {
      const type = this.elementType(element, node.optionalIndices.includes(i))
      if (type === undefined) return
      common ??= type
      if (isEquivalent(common, type)) continue
      this.mismatch(element, common, type)
      return
    }
  }

  checkMap(node: Expr & { kind: 'map' }): void {
    let keys: CelType | undefined
    let values: CelType | undefined
    for (const entry of node.entries) {
      const keyType = this.typeOf(entry.key)
      const valueType = this.elementType(entry.value, entry.optional)
      if (valueType === undefined) return
      if (keyType.kind === 'bytes') {
        // A server drops the connection over such a key; a refusal is the only usable answer.
        this.report(entry.key, "unsupported map key type 'bytes'")
        return
      }
      keys ??= keyType
      values ??= valueType
      if (!isEquivalent(keys, keyType)) this.mismatch(entry.key, keys, keyType)
      if (!isEquivalent(values, valueType)) this.mismatch(entry.value, values, valueType)
    }
  }

  /** The type that an element adds; reports optional elements of type dyn, over which a server crashes. */
  elementType(node: Expr, optional: boolean): CelType | undefined {
    const type = this.typeOf(node)
    if (!optional) return type
    if (isOptionalType(type)) return type.parameters[0]!
    this.report(node, `expected type 'optional_type(${formatType(type)})' but found '${formatType(type)}'`)
    return undefined
  }

  checkFormat(node: CallExpr, text: string, args: readonly Expr[]): void {
    let culprit: Expr | undefined
    let used = 0
    const result = walkFormat(
      text,
      args.length,
      (clause, index) => {
        used++
        const bad = this.badArgument(clause, args[index]!)
        culprit = bad
        return bad === undefined ? '' : refused(clause.verb, this.typeOf(bad).name)
      },
      true,
    )
    if (result instanceof FormatError) this.report(culprit ?? node, result.message)
    else if (args.length > used)
      this.report(node, `too many arguments supplied to string.format (expected ${used}, got ${args.length})`)
  }

  /** The argument, or the part of it, that the clause does not take. */
  badArgument(clause: Clause, arg: Expr): Expr | undefined {
    if (!takes(clause.verb, this.typeOf(arg))) return arg
    if (clause.verb !== 's' || (arg.kind !== 'list' && arg.kind !== 'map')) return undefined
    for (const part of childrenOf(arg)) {
      const bad = this.badArgument(clause, part)
      if (bad !== undefined) return bad
    }
    return undefined
  }

  mismatch(node: Expr, expected: CelType, found: CelType): void {
    this.report(node, `expected type '${formatType(expected)}' but found '${formatType(found)}'`)
  }

  typeOf(node: Expr): CelType {
    return this.checked.types.get(node.id) ?? DYN
  }

  report(node: Expr, message: string): void {
    this.errors.push({ message, offset: node.offset })
  }
}

const TAKEN: Readonly<Record<string, readonly TypeKind[]>> = {
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
}

function takes(verb: string, type: CelType): boolean {
  return type.kind === 'dyn' || TAKEN[verb]!.includes(type.kind)
}

/** The same type, names of type parameters aside. */
function isEquivalent(a: CelType, b: CelType): boolean {
  if (a.kind !== b.kind || a.parameters.length !== b.parameters.length) return false
  if (a.kind === 'typeParam') return true
  return a.name === b.name && a.parameters.every((parameter, i) => isEquivalent(parameter, b.parameters[i]!))
}
