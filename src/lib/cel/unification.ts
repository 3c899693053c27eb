import { type CelType, DYN, isDyn, isExactType, CelType as Type, typeType } from './types.ts'

/** What is known about type variables while an expression is being checked. */
export class Substitution {
  private readonly bound = new Map<string, CelType>()
  /** What was bound before, newest last, so that a failed attempt can be taken back. */
  private readonly trail: (readonly [name: string, before: CelType | undefined])[] = []

  add(variable: CelType, type: CelType): void {
    this.trail.push([variable.name, this.bound.get(variable.name)])
    this.bound.set(variable.name, type)
  }

  /** Can every `a` stand where its `b` is wanted? Binds variables if so, and changes nothing if not. */
  assignAll(a: readonly CelType[], b: readonly CelType[]): boolean {
    const mark = this.trail.length
    if (this.assignEach(a, b)) return true
    while (this.trail.length > mark) {
      const [name, before] = this.trail.pop()!
      if (before === undefined) this.bound.delete(name)
      else this.bound.set(name, before)
    }
    return false
  }

  private find(type: CelType): CelType | undefined {
    return type.kind === 'typeParam' ? this.bound.get(type.name) : undefined
  }

  /** The type with every bound variable replaced; unbound ones become `dyn` if asked for. */
  apply(type: CelType, unboundToDyn = false): CelType {
    const bound = this.find(type)
    if (bound !== undefined) return this.apply(bound, unboundToDyn)
    if (type.kind === 'typeParam') return unboundToDyn ? DYN : type
    if (type.parameters.length === 0) return type
    const parameters = type.parameters.map(parameter => this.apply(parameter, unboundToDyn))
    if (parameters.every((parameter, i) => parameter === type.parameters[i])) return type
    return type.kind === 'type' ? typeType(parameters[0]!) : new Type(type.kind, type.name, parameters)
  }

  private assignEach(a: readonly CelType[], b: readonly CelType[]): boolean {
    return a.length === b.length && a.every((type, i) => this.assign(type, b[i]!))
  }

  /** Can `a` stand where `b` is wanted? Binds variables on the way. */
  private assign(a: CelType, b: CelType): boolean {
    if (b.kind === 'typeParam') {
      const [valid, known] = this.bind(a, b)
      if (valid) return true
      if (known) return false
    }
    if (a.kind === 'typeParam') return this.bind(b, a)[0]
    if (isWild(a) || isWild(b)) return true
    if (a.kind === 'null') return isNullable(b)
    if (b.kind === 'null') return isNullable(a)
    switch (a.kind) {
      case 'type':
        return b.kind === 'type'
      case 'opaque':
      case 'list':
      case 'map':
        return a.kind === b.kind && a.name === b.name && this.assignEach(a.parameters, b.parameters)
      default:
        return a.kind === b.kind && a.name === b.name
    }
  }

  /** Makes the variable stand for the type: [whether it can, whether it already stood for something]. */
  private bind(type: CelType, variable: CelType): readonly [valid: boolean, known: boolean] {
    if (isExactType(type, variable)) return [true, true]
    const bound = this.find(variable)
    if (bound !== undefined) {
      if (isExactType(type, bound)) return [true, true]
      if (!this.assign(type, bound)) return [false, true]
      const general = this.mostGeneral(type, bound)
      if (!this.occursIn(variable, general)) this.add(variable, general)
      return [true, true]
    }
    if (this.occursIn(variable, type)) return [false, false]
    this.add(variable, type)
    return [true, false]
  }

  private occursIn(variable: CelType, type: CelType): boolean {
    if (isExactType(variable, type)) return true
    if (type.kind === 'typeParam') {
      const bound = this.find(type)
      return bound !== undefined && this.occursIn(variable, bound)
    }
    return type.parameters.some(parameter => this.occursIn(variable, parameter))
  }

  mostGeneral(a: CelType, b: CelType): CelType {
    return isLessSpecific(a, b) ? a : b
  }
}

function isWild(type: CelType): boolean {
  return isDyn(type) || type.kind === 'error'
}

function isNullable(type: CelType): boolean {
  switch (type.kind) {
    case 'opaque':
    case 'struct':
    case 'any':
    case 'duration':
    case 'timestamp':
    case 'null':
      return true
    default:
      return false
  }
}

/** Equal, or less specific through `dyn` or a variable. */
function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'typeParam') return true
  if (isDyn(b) || b.kind === 'typeParam') return false
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'opaque':
      if (a.name !== b.name || a.parameters.length !== b.parameters.length) return false
      return a.parameters.every((parameter, i) => isLessSpecific(parameter, b.parameters[i]!))
    case 'list':
    case 'map':
      return a.parameters.every((parameter, i) => isLessSpecific(parameter, b.parameters[i]!))
    case 'type':
      return true
    default:
      return isExactType(a, b)
  }
}
