import type { InventoryObject } from '../../../inventory/inventory.ts'
import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { AccessFacts } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'

/** What the API server's own configuration lets in: BW-RBAC-056 to 058. */
export function checkAuthentication(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-056', 'BW-RBAC-057', 'BW-RBAC-058')) return
  for (const object of facts.inventory.objects) {
    const { group, kind } = object.ref
    if (group === 'apiserver.config.k8s.io' && kind === 'AuthenticationConfiguration')
      checkConfiguration(object, answers)
    if (group === 'apiserver.config.k8s.io' && kind === 'AuthorizationConfiguration') checkAuthorizers(object, answers)
    for (const pod of facts.podsOf(object))
      for (const container of pod.containers) checkFlags(object, container.path, container.spec, answers)
  }
}

function checkConfiguration(object: InventoryObject, answers: MergedAnswers): void {
  const issuers = list(object.object['jwt'])
  const bare = issuers.flatMap((issuer, i): JsonPath[] =>
    ['username', 'groups'].flatMap(claim => {
      const mapping = valueAt(issuer, ['claimMappings', claim])
      return mapping !== undefined &&
        ownValue(mapping, 'claim') !== undefined &&
        (ownValue(mapping, 'prefix') ?? '') === ''
        ? [['jwt', i, 'claimMappings', claim]]
        : []
    }),
  )
  if (bare.length > 0) {
    answers.fail('BW-RBAC-056', object, {
      message:
        'names from tokens are taken without a prefix: an issuer that says "system:masters" or "system:admin" is believed',
      at: bare.map(path => ({ object, path, key: path.join('/') })),
    })
  } else if (issuers.length > 0) answers.pass('BW-RBAC-056')
  const anonymous = ownValue(object.object, 'anonymous')
  if (ownValue(anonymous, 'enabled') !== true) {
    if (anonymous !== undefined) answers.pass('BW-RBAC-057')
    return
  }
  const paths = list(ownValue(anonymous, 'conditions')).map(condition => String(ownValue(condition, 'path') ?? ''))
  const beyond = paths.filter(path => !healthPaths.has(path))
  if (paths.length > 0 && beyond.length === 0) {
    answers.pass('BW-RBAC-057')
    return
  }
  answers.fail('BW-RBAC-057', object, {
    message: `requests without credentials are let in on ${paths.length === 0 ? 'every path' : beyond.slice(0, 4).join(', ')}`,
    at: [{ object, path: ['anonymous'], key: 'anonymous' }],
  })
}

const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz'])

function checkAuthorizers(object: InventoryObject, answers: MergedAnswers): void {
  const webhook = list(object.object['authorizers']).findIndex(entry => ownValue(entry, 'type') === 'Webhook')
  if (webhook < 0) {
    answers.pass('BW-RBAC-058')
    return
  }
  external(object, ['authorizers', webhook], answers)
}

function external(object: InventoryObject, path: JsonPath, answers: MergedAnswers): void {
  answers.fail('BW-RBAC-058', object, {
    message: 'a webhook authorizer is asked as well: who may do what cannot be read from roles and bindings alone',
    at: [{ object, path, key: path.join('/') }],
  })
}

/** The flags of a kube-apiserver that runs as a pod. */
function checkFlags(object: InventoryObject, path: JsonPath, spec: JsonValue, answers: MergedAnswers): void {
  const words = [...list(ownValue(spec, 'command')), ...list(ownValue(spec, 'args'))].filter(
    word => typeof word === 'string',
  )
  if (!words.some(word => /(^|\/)kube-apiserver$/.test(word))) return
  const flag = (name: string): string | undefined =>
    words.findLast(word => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const at = [{ object, path, key: `container/${String(ownValue(spec, 'name') ?? '')}` }]
  if (flag('oidc-issuer-url') !== undefined) {
    const isBare =
      flag('oidc-username-prefix') === '-' ||
      (flag('oidc-groups-claim') !== undefined && (flag('oidc-groups-prefix') ?? '') === '')
    if (isBare)
      answers.fail('BW-RBAC-056', object, {
        message:
          'names from tokens are taken without a prefix (--oidc-username-prefix=-, or no --oidc-groups-prefix): an issuer that says "system:masters" is believed',
        at,
      })
    else answers.pass('BW-RBAC-056')
  }
  if (flag('anonymous-auth') === 'true')
    answers.fail('BW-RBAC-057', object, {
      message: 'requests without credentials are let in on every path (--anonymous-auth=true)',
      at,
    })
  else if (flag('anonymous-auth') === 'false') answers.pass('BW-RBAC-057')
  const modes = flag('authorization-mode')?.split(',')
  if (modes?.includes('Webhook') === true) external(object, path, answers)
  else if (modes !== undefined) answers.pass('BW-RBAC-058')
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
