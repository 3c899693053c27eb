import { EXTENDED_LISTS } from './ext/lists.ts'
import { OPTIONAL_LISTS, OPTIONALS } from './ext/optionals.ts'
import { SETS } from './ext/sets.ts'
import { STRING_FORMATTING, STRING_FUNCTIONS } from './ext/strings.ts'
import { TWO_VARIABLES } from './ext/two-variables.ts'
import { type FunctionDecl, joinFunctions, type Library } from './functions.ts'
import { AUTHORIZER, AUTHORIZER_SELECTORS } from './kubernetes/authorizer.ts'
import { CIDR } from './kubernetes/cidr.ts'
import { FORMAT } from './kubernetes/format.ts'
import { IP } from './kubernetes/ip.ts'
import { INCLUDES, LISTS } from './kubernetes/lists.ts'
import { QUANTITY } from './kubernetes/quantity.ts'
import { REGEX } from './kubernetes/regex.ts'
import { SEMVER } from './kubernetes/semver.ts'
import { URL_LIBRARY } from './kubernetes/url.ts'
import type { MacroSet } from './macros.ts'
import { CONVERSIONS, DURATION_OF_INT } from './stdlib/conversions.ts'
import { MEMBERS } from './stdlib/members.ts'
import { OPERATORS } from './stdlib/operators.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  OPTIONAL,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.ts'

/** What an expression may mention and how it is judged. */
export interface Environment {
  readonly variables: ReadonlyMap<string, CelType>
  readonly types: ReadonlyMap<string, CelType>
  readonly functions: ReadonlyMap<string, FunctionDecl>
  /** Struct types that expressions can make values of. */
  readonly constructible: ReadonlySet<string>
  readonly macros: MacroSet
  readonly optionalSyntax: boolean
  readonly escapedFields: boolean
  /** Checking lets elements of one literal differ in type; Kubernetes refuses that afterwards. */
  readonly mixedLiterals: boolean
  /** Constants are folded before evaluation, so that they cost nothing. */
  readonly fold: boolean
  /** Literals that the server validates at write: durations, times, patterns and format strings. */
  readonly validateLiterals: boolean
  /** Elements of one literal must be of one type, except in the list of `format`. */
  readonly uniformLiterals: boolean
  /** The list functions of 1.34 have costs of their own. */
  readonly extendedLists: boolean
  /** `or` and `orValue` of a value that is no optional give that value back, as servers before 1.37 have it. */
  readonly lenientOr: boolean
}

/** The newest minor version of Kubernetes whose rules are known. */
export const NEWEST_MINOR = 37

export interface KubernetesOptions {
  readonly variables?: Readonly<Record<string, CelType>>
  /** Further types that can be named. */
  readonly types?: readonly CelType[]
  /** The minor version of the server; the newest when absent. */
  readonly minor?: number
  /**
   * A server takes in writes only what its compatibility version, one minor behind, knows; it evaluates with
   * everything it has.
   */
  readonly purpose?: 'new' | 'stored'
}

/** The environment in which an API server compiles policy expressions. */
export function kubernetesEnvironment(options: KubernetesOptions = {}): Environment {
  const minor = options.minor ?? NEWEST_MINOR
  const isNew = options.purpose === 'new'
  const knows = (since: number): boolean => since <= (isNew ? minor - 1 : minor)
  const libraries: Library[] = [OPERATORS, CONVERSIONS, MEMBERS, URL_LIBRARY, REGEX, LISTS, STRING_FUNCTIONS]
  for (const [since, library] of GATES) if (knows(since)) libraries.push(library)
  if (minor < 37) libraries.push(DURATION_OF_INT)
  return environmentOf(libraries, {
    variables: options.variables ?? {},
    types: options.types ?? [],
    macros: { optionals: knows(28), twoVariables: knows(32), sortBy: knows(34) },
    optionalSyntax: knows(28),
    constructible: new Set(),
    escapedFields: minor >= 37,
    mixedLiterals: true,
    fold: true,
    validateLiterals: knows(29),
    uniformLiterals: true,
    extendedLists: knows(34),
    lenientOr: minor < 37,
  })
}

/** Libraries by the minor version whose servers have them. */
const GATES: readonly (readonly [since: number, library: Library])[] = [
  [27, AUTHORIZER],
  [28, OPTIONALS],
  [28, QUANTITY],
  [29, STRING_FORMATTING],
  [29, SETS],
  [30, IP],
  [30, CIDR],
  [31, FORMAT],
  [31, AUTHORIZER_SELECTORS],
  [32, TWO_VARIABLES],
  [33, SEMVER],
  [33, OPTIONAL_LISTS],
  [34, EXTENDED_LISTS],
  [37, INCLUDES],
]

const NAMED_TYPES: readonly CelType[] = [
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
]

type EnvironmentParts = Omit<Environment, 'variables' | 'types' | 'functions'> & {
  readonly variables: Readonly<Record<string, CelType>>
  readonly types: readonly CelType[]
}

/** An environment of any libraries, for uses outside of Kubernetes. */
export function environmentOf(libraries: readonly Library[], parts: EnvironmentParts): Environment {
  const types = [
    ...NAMED_TYPES,
    ...(parts.optionalSyntax ? [OPTIONAL] : []),
    ...libraries.flatMap(library => library.types ?? []),
    ...parts.types,
  ]
  return {
    ...parts,
    variables: new Map(Object.entries(parts.variables)),
    types: new Map(types.map(type => [type.name, type])),
    functions: joinFunctions(libraries),
  }
}

/** The same environment with more variables. */
export function withVariables(environment: Environment, variables: Readonly<Record<string, CelType>>): Environment {
  return { ...environment, variables: new Map([...environment.variables, ...Object.entries(variables)]) }
}
