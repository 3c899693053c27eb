import { define, type Library, member } from '../functions.ts'
import { BOOL, type CelType, objectType, STRING } from '../types.ts'
import { CelError, CelUnknown, type CelValue, KubernetesValue } from '../values.ts'
import { validateLabel, validateSubdomain } from './format.ts'

export const AUTHORIZER_TYPE = objectType('kubernetes.authorization.Authorizer')
const PATH_TYPE = objectType('kubernetes.authorization.PathCheck')
const GROUP_TYPE = objectType('kubernetes.authorization.GroupCheck')
export const RESOURCE_TYPE = objectType('kubernetes.authorization.ResourceCheck')
const DECISION_TYPE = objectType('kubernetes.authorization.Decision')

/** A question to the authorizer. `user` is undefined for the user of the request. */
export interface AuthorizationQuestion {
  readonly serviceAccount: { readonly namespace: string; readonly name: string } | undefined
  readonly path: string | undefined
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly verb: string
  readonly fieldSelector: string
  readonly labelSelector: string
}

export interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason: string
  /** What kept the authorizer from deciding, or empty. */
  readonly error: string
}

/** Answers questions of expressions; unknown where this context cannot know. */
export type Authorize = (question: AuthorizationQuestion) => AuthorizationAnswer | CelUnknown

abstract class Receiver extends KubernetesValue {
  equals(other: CelValue): boolean {
    return this === other
  }

  display(): string {
    return this.type.name
  }
}

export class AuthorizerValue extends Receiver {
  readonly authorize: Authorize
  readonly serviceAccount: AuthorizationQuestion['serviceAccount']

  constructor(authorize: Authorize, serviceAccount?: AuthorizationQuestion['serviceAccount']) {
    super()
    this.authorize = authorize
    this.serviceAccount = serviceAccount
  }

  get type(): CelType {
    return AUTHORIZER_TYPE
  }
}

class CheckValue extends Receiver {
  readonly type: CelType
  readonly authorizer: AuthorizerValue
  readonly question: Omit<AuthorizationQuestion, 'verb' | 'serviceAccount'>

  constructor(type: CelType, authorizer: AuthorizerValue, question: Partial<AuthorizationQuestion>) {
    super()
    this.type = type
    this.authorizer = authorizer
    this.question = {
      path: undefined,
      group: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      fieldSelector: '',
      labelSelector: '',
      ...question,
    }
  }
}

class DecisionValue extends Receiver {
  readonly answer: AuthorizationAnswer

  constructor(answer: AuthorizationAnswer) {
    super()
    this.answer = answer
  }

  get type(): CelType {
    return DECISION_TYPE
  }
}

/** The check that `authorizer.requestResource` starts from. */
export function requestResourceCheck(
  authorizer: AuthorizerValue,
  request: {
    readonly group: string
    readonly resource: string
    readonly subresource: string
    readonly namespace: string
    readonly name: string
  },
): CelValue {
  return new CheckValue(RESOURCE_TYPE, authorizer, request)
}

const isBlank = (value: CelValue | undefined): boolean => (value as string).trim() === ''

function refine(name: string, id: string, field: keyof AuthorizationQuestion) {
  return define(
    name,
    member(id, [RESOURCE_TYPE, STRING], RESOURCE_TYPE, (check, value) => {
      const { authorizer, question } = check as CheckValue
      return new CheckValue(RESOURCE_TYPE, authorizer, { ...question, [field]: value as string })
    }),
  )
}

function ask(check: CelValue | undefined, verb: CelValue | undefined): CelValue {
  const { authorizer, question } = check as CheckValue
  const answer = authorizer.authorize({ ...question, serviceAccount: authorizer.serviceAccount, verb: verb as string })
  return answer instanceof CelUnknown ? answer : new DecisionValue(answer)
}

const decided = (value: CelValue | undefined): AuthorizationAnswer => (value as DecisionValue).answer

export const AUTHORIZER: Library = {
  name: 'kubernetes.authz',
  functions: [
    define(
      'path',
      member('authorizer_path', [AUTHORIZER_TYPE, STRING], PATH_TYPE, (authorizer, path) => {
        if (isBlank(path)) return new CelError('path must not be empty')
        return new CheckValue(PATH_TYPE, authorizer as AuthorizerValue, { path: path as string })
      }),
    ),
    define(
      'group',
      member('authorizer_group', [AUTHORIZER_TYPE, STRING], GROUP_TYPE, (authorizer, group) => {
        return new CheckValue(GROUP_TYPE, authorizer as AuthorizerValue, { group: group as string })
      }),
    ),
    define(
      'serviceAccount',
      member(
        'authorizer_serviceaccount',
        [AUTHORIZER_TYPE, STRING, STRING],
        AUTHORIZER_TYPE,
        (authorizer, namespace, name) => {
          if (validateSubdomain(name as string).length > 0) return new CelError('Invalid service account name')
          if (validateLabel(namespace as string).length > 0) return new CelError('Invalid service account namespace')
          const account = { namespace: namespace as string, name: name as string }
          return new AuthorizerValue((authorizer as AuthorizerValue).authorize, account)
        },
      ),
    ),
    define(
      'resource',
      member('groupcheck_resource', [GROUP_TYPE, STRING], RESOURCE_TYPE, (check, resource) => {
        if (isBlank(resource)) return new CelError('resource must not be empty')
        const { authorizer, question } = check as CheckValue
        return new CheckValue(RESOURCE_TYPE, authorizer, { ...question, resource: resource as string })
      }),
    ),
    refine('subresource', 'resourcecheck_subresource', 'subresource'),
    refine('namespace', 'resourcecheck_namespace', 'namespace'),
    refine('name', 'resourcecheck_name', 'name'),
    define(
      'check',
      member('pathcheck_check', [PATH_TYPE, STRING], DECISION_TYPE, ask),
      member('resourcecheck_check', [RESOURCE_TYPE, STRING], DECISION_TYPE, ask),
    ),
    define(
      'errored',
      member('decision_errored', [DECISION_TYPE], BOOL, decision => decided(decision).error !== ''),
    ),
    define(
      'error',
      member('decision_error', [DECISION_TYPE], STRING, decision => decided(decision).error),
    ),
    define(
      'allowed',
      member('decision_allowed', [DECISION_TYPE], BOOL, decision => decided(decision).allowed),
    ),
    define(
      'reason',
      member('decision_reason', [DECISION_TYPE], STRING, decision => decided(decision).reason),
    ),
  ],
}

/** Added in 1.31. */
export const AUTHORIZER_SELECTORS: Library = {
  name: 'kubernetes.authzSelectors',
  functions: [
    refine('fieldSelector', 'authorizer_fieldselector', 'fieldSelector'),
    refine('labelSelector', 'authorizer_labelselector', 'labelSelector'),
  ],
}
