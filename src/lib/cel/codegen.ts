import type { AttributeNode, CallNode, FoldNode, Node, Step } from './ir.ts'
import { CelDouble, type CelValue } from './values.ts'

/** JavaScript for one expression. It contains only names made here and text from `JSON.stringify`. */
export interface GeneratedCode {
  /** The body of `(R, K) => (resolve) => value`, where `R` is the runtime and `K` the constants. */
  readonly body: string
  readonly constants: readonly unknown[]
}

/** `undefined` where an expression uses what only the closure back-end does: struct literals and map building. */
export function generate(node: Node): GeneratedCode | undefined {
  const generator = new Generator()
  const result = generator.emit(node)
  if (generator.unsupported) return undefined
  const variables = [...generator.variables].map(
    ([name, local]) => `const ${local} = R.variable(resolve, ${JSON.stringify(name)});\n`,
  )
  const prelude = 'const { Failure: F, CelObject: O, CelOptional: P, CelUnknown: U, NONE, MAX } = R;\n'
  const constants = generator.constants.map((_, i) => `const k${i} = K[${i}];\n`).join('')
  const loops = generator.hasLoops ? 'let fuse = 0;\n' : ''
  const body = `"use strict";\n${prelude}${constants}return function (resolve) {\n${variables.join('')}${loops}${generator.code}return ${result};\n}`
  return { body, constants: generator.constants }
}

/** Properties that values other than JSON objects have as well. */
const AMBIGUOUS = new Set(
  [
    String.prototype,
    Array.prototype,
    Number.prototype,
    Boolean.prototype,
    Uint8Array.prototype,
    Object.prototype,
  ].flatMap(prototype => Object.getOwnPropertyNames(prototype)),
)

class Generator {
  code = ''
  readonly constants: unknown[] = []
  readonly variables = new Map<string, string>()
  hasLoops = false
  unsupported = false
  private names = 0

  // ---- text

  private line(text: string): void {
    this.code += `${text}\n`
  }

  private fresh(prefix = 't'): string {
    return `${prefix}${this.names++}`
  }

  /** A new local with a value. */
  private let(value: string): string {
    const name = this.fresh()
    this.line(`let ${name} = ${value};`)
    return name
  }

  private constant(value: unknown): string {
    this.constants.push(value)
    return `k${this.constants.length - 1}`
  }

  private literal(value: CelValue): string {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return `(${value === 0 ? 0 : value})`
    return this.constant(value)
  }

  private variable(name: string): string {
    let local = this.variables.get(name)
    if (local === undefined) {
      local = `v${this.variables.size}`
      this.variables.set(name, local)
    }
    return local
  }

  // ---- nodes

  /** Emits the statements of a node; the returned text is a local or a literal. */
  emit(node: Node): string {
    switch (node.kind) {
      case 'const':
        return this.literal(node.value)
      case 'attribute':
        return this.attribute(node)
      case 'condition': {
        const test = this.emit(node.test)
        const result = this.let('undefined')
        this.line(`if (${test} === true) {`)
        this.line(`${result} = ${this.emit(node.truthy)};`)
        this.line(`} else if (${test} === false) {`)
        this.line(`${result} = ${this.emit(node.falsy)};`)
        this.line(`} else ${result} = R.notBool(${test});`)
        return result
      }
      case 'and':
      case 'or':
        return this.logical(node.left, node.right, node.kind === 'or')
      case 'equal':
      case 'unequal':
        return this.equality(node.left, node.right, node.kind === 'unequal')
      case 'membership': {
        const element = this.emit(node.element)
        const set = this.constant(node.set)
        return this.let(`typeof ${element} === "string" ? ${set}.has(${element}) : R.member(${element}, ${set})`)
      }
      case 'call':
        return this.call(node)
      case 'optional':
        return this.optional(node.left, node.right, node.value, node.lenient)
      case 'list': {
        const elements = node.elements.map(({ node: element, optional }) => {
          const value = this.emit(element)
          return optional ? this.let(`R.element(${value})`) : value
        })
        return this.let(`R.list([${elements.join(', ')}])`)
      }
      case 'map': {
        const parts = node.entries.flatMap(({ key, value }) => [this.emit(key), this.emit(value)])
        const optional = node.entries.map(entry => entry.optional)
        return this.let(`R.map([${parts.join(', ')}], ${JSON.stringify(optional)})`)
      }
      case 'struct':
        this.unsupported = true
        return 'null'
      case 'fold':
        return this.fold(node)
    }
  }

  private logical(left: Node, right: Node, decisive: boolean): string {
    const first = this.emit(left)
    const result = this.let(String(decisive))
    this.line(`if (${first} !== ${decisive}) {`)
    const second = this.emit(right)
    this.line(`if (${second} !== ${decisive})`)
    this.line(
      `${result} = ${first} === ${!decisive} && ${second} === ${!decisive} ? ${!decisive} : R.absorbed(${first}, ${second});`,
    )
    this.line('}')
    return result
  }

  private equality(left: Node, right: Node, negated: boolean): string {
    const a = this.emit(left)
    const b = this.emit(right)
    const slow = `R.equal(${a}, ${b}, ${negated})`
    for (const [side, other] of [
      [right, a],
      [left, b],
    ] as const) {
      if (side.kind !== 'const') continue
      const value = side === right ? b : a
      const { value: constant } = side
      // A bare integer is an int, so a bare number that is not the same one is another number.
      const kind = typeof constant === 'number' && Number.isSafeInteger(constant) ? 'number' : typeof constant
      if (constant === null) return this.let(`${other} === null ? ${!negated} : ${slow}`)
      if (kind === 'string' || kind === 'boolean' || (kind === 'number' && !(constant instanceof CelDouble)))
        return this.let(`typeof ${other} === "${kind}" ? ${other} ${negated ? '!==' : '==='} ${value} : ${slow}`)
    }
    return this.let(slow)
  }

  private call(node: CallNode): string {
    if (node.declaration.name === 'cel.@mapInsert') {
      this.unsupported = true
      return 'null'
    }
    const args = node.args.map(arg => this.emit(arg))
    const [a, b] = args
    if (node.declaration.name === '@not_strictly_false') return this.let(`R.notStrictlyFalse(${a})`)
    const call = this.constant(node.call)
    const relation = { '_<_': '<', '_<=_': '<=', '_>_': '>', '_>=_': '>=' }[node.declaration.name]
    if (relation !== undefined && args.length === 2) {
      const numbers = `typeof ${a} === "number" && typeof ${b} === "number" && ${a} === ${a} && ${b} === ${b}`
      return this.let(`${numbers} ? ${a} ${relation} ${b} : R.call2(${call}, ${a}, ${b})`)
    }
    if (node.declaration.name === '!_') return this.let(`typeof ${a} === "boolean" ? !${a} : R.call1(${call}, ${a})`)
    const inline = { startsWith: 'startsWith', endsWith: 'endsWith', contains: 'includes' }[node.declaration.name]
    if (inline !== undefined && node.declaration.unguarded === true) {
      const texts = `typeof ${a} === "string" && typeof ${b} === "string"`
      return this.let(`${texts} ? ${a}.${inline}(${b}) : R.call2(${call}, ${a}, ${b})`)
    }
    if (args.length === 1) return this.let(`R.call1(${call}, ${a})`)
    if (args.length === 2) return this.let(`R.call2(${call}, ${a}, ${b})`)
    return this.let(`R.callMany(${[call, ...args].join(', ')})`)
  }

  private optional(left: Node, right: Node, unwrap: boolean, lenient: boolean): string {
    let result: string
    if (unwrap && left.kind === 'attribute' && !left.test && left.path.some(part => part.optional)) {
      // The chain ends in a plain value or nothing: no optional has to be made.
      result = this.path(left, true)
    } else result = this.let(`R.either(${this.emit(left)}, ${unwrap}, ${lenient})`)
    this.line(`if (${result} === undefined) {`)
    this.line(`${result} = ${this.emit(right)};`)
    this.line('}')
    return result
  }

  // ---- paths

  private attribute(node: AttributeNode): string {
    return node.path.length === 0 ? this.base(node) : this.path(node, false)
  }

  private base({ base }: AttributeNode): string {
    if (base.kind === 'variable') return this.variable(base.name)
    return base.kind === 'slot' ? `s${base.slot}` : this.emit(base.node)
  }

  /** Follows a path. `open` leaves an optional result as its value or `undefined`. */
  private path(node: AttributeNode, open: boolean): string {
    const base = this.base(node)
    const keys = node.path.map(part =>
      part.kind === 'computed' ? this.let(`R.computedKey(${this.emit(part.node)})`) : '',
    )
    const result = this.let('undefined')
    // Variables of an activation are never optionals; anything else may be one, and then the whole path is optional.
    const mayBeOptional = node.base.kind !== 'variable'
    if (mayBeOptional) {
      const path = this.constant(node.path)
      const values = keys.map(key => (key === '' ? 'null' : key)).join(', ')
      const followed = `R.follow(${base}, ${path}, [${values}])`
      this.line(`if (${base} instanceof P) {`)
      if (node.test)
        this.line(`${result} = ${followed}; if (${result} instanceof P) ${result} = ${result}.value !== undefined;`)
      else if (open) this.line(`${result} = R.either(${followed}, true);`)
      else this.line(`${result} = ${followed};`)
      this.line('} else {')
    }
    this.steps(base, node, keys, result)
    const isOptional = node.path.some(part => part.optional)
    if (isOptional && node.test) this.line(`if (!(${result} instanceof F)) ${result} = ${result} !== undefined;`)
    else if (isOptional && !open) this.line(`${result} = R.optional(${result});`)
    if (mayBeOptional) this.line('}')
    return result
  }

  private steps(base: string, node: AttributeNode, keys: readonly string[], result: string): void {
    let current = base
    let optional = false
    node.path.forEach((part, i) => {
      optional ||= part.optional
      const target = i === node.path.length - 1 ? result : this.let('undefined')
      this.step(current, part, keys[i]!, target, optional)
      current = target
    })
  }

  private step(from: string, part: Step, key: string, to: string, optional: boolean): void {
    if (part.kind === 'computed') {
      this.line(`${to} = R.${optional ? 'presentAt' : 'at'}(${from}, ${key});`)
      return
    }
    const literal = this.literal(part.key as CelValue)
    const test = part.test && !optional
    const slow = test ? `R.has(${from}, ${literal})` : `R.${optional ? 'present' : 'step'}(${from}, ${literal})`
    if (typeof part.key !== 'string' || AMBIGUOUS.has(part.key)) {
      this.line(`${to} = ${slow};`)
      return
    }
    // Plain objects answer at once; own fields of CEL values must not be taken for entries.
    this.line(`${to} = ${from} instanceof O ? undefined : ${from}?.[${literal}];`)
    if (test) this.line(`${to} = ${to} === undefined ? ${slow} : ${to} instanceof U ? ${to} : true;`)
    else if (optional) this.line(`if (${to} === undefined && ${from} !== undefined) ${to} = ${slow};`)
    else this.line(`if (${to} === undefined) ${to} = ${slow};`)
  }

  // ---- comprehensions

  private fold(node: FoldNode): string {
    const { range } = node
    if (range.kind === 'const' && Array.isArray(range.value) && range.value.length === 0) return this.binding(node)
    const isQuantifier = node.predicate !== undefined
    const isCollector = node.macro === 'map' || node.macro === 'filter' || node.macro === 'transformList'
    if (!isQuantifier && !isCollector && node.macro !== 'exists_one') {
      this.unsupported = true
      return 'null'
    }
    const accu = this.let(isQuantifier ? String(node.macro === 'all') : isCollector ? '[]' : '0')
    this.loop(node, accu, () => {
      if (isQuantifier) this.quantify(node, accu)
      else if (isCollector) this.collect(node.step, accu)
      else this.count(node.step, accu)
    })
    if (node.macro === 'exists_one') this.line(`if (!(${accu} instanceof F)) ${accu} = ${accu} === 1;`)
    return accu
  }

  private binding(node: FoldNode): string {
    const value = this.emit(node.init)
    const result = this.let('undefined')
    this.line(`{ const s${node.accuSlot} = ${value};`)
    this.line(`${result} = ${this.emit(node.result)}; }`)
    return result
  }

  /** A loop over one list, or over several that the source concatenates. */
  private loop(node: FoldNode, accu: string, body: () => void): void {
    this.hasLoops = true
    const two = node.secondSlot !== -1
    const parts = two ? [node.range] : concatenated(node.range)
    const lists = parts.map(part => this.emit(part))
    const index = this.fresh('i')
    const over = this.fresh('l')
    let list = lists[0]!
    let closing = '}}'
    if (lists.length > 1) {
      const count = this.let(String(lists.length))
      const first = this.let(lists[0]!)
      const all = lists.map(name => `Array.isArray(${name})`).join(' && ')
      this.line(`if (!(${all})) { ${first} = R.concat([${lists.join(', ')}]); ${count} = 1; }`)
      const part = this.fresh('p')
      const rest = lists.slice(1).map((name, i) => (i === lists.length - 2 ? name : `${part} === ${i + 1} ? ${name}`))
      this.line(`for (let ${part} = 0; ${part} < ${count}; ${part}++) {`)
      list = this.let(`${part} === 0 ? ${first} : ${rest.join(' : ')}`)
      closing = '}}}'
    }
    this.line(
      two
        ? `const ${over} = R.pairs(${list});`
        : `const ${over} = Array.isArray(${list}) ? ${list} : R.iterate(${list});`,
    )
    this.line(`if (${over} instanceof F) ${accu} = ${over}; else {`)
    this.line(`for (let ${index} = 0; ${index} < ${over}.length; ${index}${two ? ' += 2' : '++'}) {`)
    this.line('if (++fuse > MAX) R.blown();')
    this.line(`const s${node.iterSlot} = ${over}[${index}];`)
    if (two) this.line(`const s${node.secondSlot} = ${over}[${index} + 1];`)
    body()
    this.line(closing)
  }

  private quantify(node: FoldNode, accu: string): void {
    const neutral = node.macro === 'all'
    // Once decided, a loop over several lists has nothing more to do in the later ones.
    this.line(`if (${accu} === ${!neutral}) break;`)
    const value = this.emit(node.predicate!)
    this.line(`if (${value} === ${!neutral}) ${accu} = ${!neutral};`)
    this.line(`else if (${value} !== ${neutral} || ${accu} !== ${neutral}) ${accu} = R.absorbed(${accu}, ${value});`)
  }

  /** `accu + [x]`, or `test ? accu + [x] : accu`. */
  private collect(step: Node, accu: string): void {
    if (step.kind === 'condition') {
      const test = this.emit(step.test)
      this.line(`if (${test} === true) {`)
      this.collect(step.truthy, accu)
      this.line(`} else if (${test} !== false) ${accu} = R.notBool(${test});`)
      return
    }
    const list = step.kind === 'call' ? step.args[1] : undefined
    if (list?.kind !== 'list' && list?.kind !== 'const') {
      this.unsupported = true
      return
    }
    const element =
      list.kind === 'list' ? this.emit(list.elements[0]!.node) : this.literal((list.value as readonly CelValue[])[0]!)
    this.line(
      `if (!(${accu} instanceof F)) { if (${element} instanceof F) ${accu} = ${element}; else ${accu}.push(${element}); }`,
    )
  }

  private count(step: Node, accu: string): void {
    if (step.kind !== 'condition') {
      this.unsupported = true
      return
    }
    const test = this.emit(step.test)
    this.line(`if (${test} === true) { if (!(${accu} instanceof F)) ${accu}++; }`)
    this.line(`else if (${test} !== false) ${accu} = R.notBool(${test});`)
  }
}

/** The operands of a chain of list concatenations; only lists can be a range anyway. */
function concatenated(node: Node): readonly Node[] {
  if (node.kind !== 'call' || node.overload !== 'add_list') return [node]
  return node.args.flatMap(concatenated)
}
