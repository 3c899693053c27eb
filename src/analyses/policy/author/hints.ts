import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import type { Policy } from '../../../model/policy.ts'

const NAMES = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer']

/** What to write instead, for an author who never read the specification of CEL. */
export function hintFor(
  error: string,
  expression: string,
  policy: Policy,
  functions: Iterable<string>,
): string | undefined {
  const undeclared = /undeclared reference to '([^']+)'/.exec(error)?.[1]
  if (undeclared !== undefined) return undeclaredHint(undeclared, expression, policy, functions)
  const type = /^must evaluate to (.+) but got (.+)$/.exec(error)
  if (type !== null) return typeHint(type[1]!, type[2]!)
  const undefinedField = /^undefined field '([^']+)'/.exec(error)?.[1]
  if (undefinedField !== undefined) return fieldHint(undefinedField, policy)
  if (error.startsWith('found no matching overload')) return overloadHint(error)
  const wrong = /^expected type '(\w+)' but found '([^']+)'/.exec(error)
  if (wrong !== null)
    return wrong[1] === 'bool'
      ? `&&, || and ! need true or false on both sides, here is ${wrong[2]}: compare it with something`
      : `convert it with ${wrong[1]}()`
  if (/^(Syntax error|reserved identifier)/.test(error)) return syntaxHint(expression)
  if (/error parsing regexp|invalid regular expression|invalid matches argument/.test(error))
    return 'patterns are RE2: no look-around, no back-references; a literal bracket is written \\\\('
  return undefined
}

function undeclaredHint(name: string, expression: string, policy: Policy, functions: Iterable<string>): string {
  const known = foreign[name]
  if (known !== undefined) return known
  if (name === 'params') return 'params exists only where spec.paramKind names the kind of the parameters'
  if (name === 'variables') return 'match conditions are evaluated before the variables; repeat the expression here'
  if (name === 'authorizer') return 'a messageExpression cannot ask the authorizer; compute the answer in a variable'
  if (policy.variables.some(variable => variable.name === name)) return `write variables.${name}`
  const isCall = new RegExp(`\\b${escapePattern(name)}\\s*\\(`).test(expression)
  const [near] = didYouMean(name, isCall ? functions : NAMES)
  if (near !== undefined) return `did you mean ${near}${isCall ? '()' : ''}?`
  if (isCall) return 'Kubernetes has no function of that name; docs/policies.md lists those it has'
  if (/^[a-z]+$/i.test(name) && !name.startsWith('.'))
    return `write object.${name} for a field of the object, or '${name}' in quotes for a text`
  return `an expression can use ${NAMES.join(', ')}`
}

const foreign: Readonly<Record<string, string>> = {
  len: 'write size(x)',
  length: 'write size(x)',
  self: 'the object is called object in admission policies; self belongs to CustomResourceDefinitions',
  oldSelf: 'the object before the change is called oldObject in admission policies',
  input: 'the object is called object; input belongs to Rego',
  undefined: 'write !has(object.a.b) to ask whether a field is absent',
  nil: 'write null, or !has(object.a.b) for a field that is absent',
  None: 'write null, or !has(object.a.b) for a field that is absent',
  and: 'write && for and',
  or: 'write || for or',
  not: 'write ! for not',
  math: 'Kubernetes has no math library; compare with ? and :',
  toLower: 'write lowerAscii()',
  toUpper: 'write upperAscii()',
}

function typeHint(wanted: string, got: string): string {
  if (wanted === 'bool' && got === 'dyn')
    return 'the type of a field is not known when the policy is written: compare it, as in object.spec.x == true'
  if (wanted === 'bool') return 'compare the value with something, so that the answer is true or false'
  if (wanted === 'string')
    return got === 'dyn' ? "make it a text: string(x), or 'text ' + string(x)" : 'make it a text with string(x)'
  return 'make it a text with string(x), or null'
}

function fieldHint(field: string, policy: Policy): string {
  if (policy.variables.some(variable => variable.name === field))
    return `a variable may use only those declared before it: move "${field}" up; variables that use each other cannot be resolved`
  const [near] = didYouMean(
    field,
    policy.variables.map(variable => variable.name),
  )
  return near === undefined ? 'check the spelling against the schema of the kind' : `did you mean ${near}?`
}

function overloadHint(error: string): string {
  const operands = /applied to '\((.*)\)'/.exec(error)?.[1] ?? ''
  if (error.includes("'_==_'") || error.includes("'_!=_'"))
    return `both sides must be of one type, here they are ${operands}: convert one with int(), double() or string()`
  if (error.includes("'_+_'")) return `+ joins two of one type, here ${operands}: write 'text ' + string(number)`
  return `the function does not take (${operands}); convert the operands with string(), int() or dyn()`
}

function syntaxHint(expression: string): string {
  if (/=>|->/.test(expression)) return 'write list.all(x, condition), there are no arrows'
  if (/===|!==/.test(expression)) return 'compare with == or !='
  if (/[^=!<>]=[^=~]/.test(expression)) return 'compare with ==, a single = does not exist'
  if (/\b(and|or|not)\b/i.test(expression)) return 'write && for and, || for or, ! for not'
  if (/\bif\b|\bthen\b/.test(expression)) return 'write condition ? then : otherwise'
  if (/\{\{|\$\{/.test(expression)) return "join texts with +, as in 'a' + object.metadata.name; there are no templates"
  const opened = expression.split('(').length - expression.split(')').length
  if (opened !== 0) return opened > 0 ? `${opened} ( not closed` : `${-opened} ) too many`
  if (expression.trimEnd().endsWith('.')) return 'the name of a field is missing after the last dot'
  return 'see docs/policies.md for how expressions are written'
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
