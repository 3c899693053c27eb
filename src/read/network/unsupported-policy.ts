import { isJsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type {
  Direction,
  NetworkPolicyObject,
  PodSelection,
  Selector,
  SelectorRequirement,
} from '../../model/network.ts'
import { groupOf } from '../../model/subject.ts'
import type { PolicyDocument } from './network-policy.ts'
import { type Field, PolicyFields } from './policy-fields.ts'
import { readSelector, selectorOf } from './selector.ts'

/** Kinds that restrict connections of pods and that are not evaluated, and where they say which pods. */
const unsupportedKinds: Readonly<
  Record<
    string,
    { readonly isNamespaced: boolean; readonly style: 'calico' | 'cilium' | 'istio' | 'namespace' | 'any' }
  >
> = {
  'projectcalico.org/NetworkPolicy': { isNamespaced: true, style: 'calico' },
  'projectcalico.org/GlobalNetworkPolicy': { isNamespaced: false, style: 'calico' },
  'crd.projectcalico.org/NetworkPolicy': { isNamespaced: true, style: 'calico' },
  'crd.projectcalico.org/GlobalNetworkPolicy': { isNamespaced: false, style: 'calico' },
  'cilium.io/CiliumNetworkPolicy': { isNamespaced: true, style: 'cilium' },
  'cilium.io/CiliumClusterwideNetworkPolicy': { isNamespaced: false, style: 'cilium' },
  'crd.antrea.io/NetworkPolicy': { isNamespaced: true, style: 'any' },
  'crd.antrea.io/ClusterNetworkPolicy': { isNamespaced: false, style: 'any' },
  'security.istio.io/AuthorizationPolicy': { isNamespaced: true, style: 'istio' },
  'k8s.ovn.org/EgressFirewall': { isNamespaced: true, style: 'namespace' },
  'network.openshift.io/EgressNetworkPolicy': { isNamespaced: true, style: 'namespace' },
}

const both: readonly Direction[] = ['ingress', 'egress']
const everyNamespace: PodSelection['namespaces'] = { kind: 'selector', selector: selectorOf([], []) }

/**
 * A policy of a kind that restricts connections and that the engine does not evaluate: the pods that it selects, or
 * could select, in the directions that it could concern. `undefined` for any other kind.
 */
export function readUnsupportedPolicy(
  document: PolicyDocument,
  defaultNamespace: string,
): readonly NetworkPolicyObject[] {
  const { apiVersion, kind } = document.object
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return []
  const group = groupOf(apiVersion)
  const known = Object.hasOwn(unsupportedKinds, `${group}/${kind}`) ? unsupportedKinds[`${group}/${kind}`] : undefined
  const isOtherVersion = group === 'policy.networking.k8s.io' && kind.endsWith('NetworkPolicy')
  if (known === undefined && !isOtherVersion) return []
  const style = known?.style ?? 'any'
  const fields = new PolicyFields()
  const root: Field = { value: document.object, path: [] }
  const metadata = fields.child(root, 'metadata')
  const namespace = known?.isNamespaced ? fields.text(metadata, 'namespace') || defaultNamespace : ''
  const scope: PodSelection['namespaces'] = namespace === '' ? everyNamespace : { kind: 'name', name: namespace }
  const specs = fields.child(root, 'specs')
  const list: readonly Field[] =
    style === 'cilium' && Array.isArray(specs.value) ? (fields.list(root, 'specs') ?? []) : []
  return [fields.child(root, 'spec'), ...list]
    .filter(({ value }) => isJsonObject(value))
    .map(spec => ({
      kind: `${group}/${kind}` as const,
      namespace,
      name: fields.text(metadata, 'name') ?? '',
      tier: 'Admin' as const,
      priority: 0,
      subject: { namespaces: scope, pods: podsOf(spec, style) },
      directions: directionsIn(spec, style),
      ingress: [],
      egress: [],
      problems: [],
      isRefused: false,
      isUnsupported: true,
      source: { file: document.file, line: document.line, locate: document.locate },
    }))
}

/** `undefined` where the pods cannot be told: then all of the scope are meant. */
function podsOf(spec: Field, style: string): Selector | undefined {
  const fields = new PolicyFields()
  if (style === 'cilium') {
    // Labels of pods carry the source `k8s:` there, or `any:`; `io.kubernetes.*` and `reserved:` are no labels of pods.
    const { value, path } = fields.child(spec, 'endpointSelector')
    const selector = readSelector(fields, { value: withoutSources(value), path })
    return selector?.requirements.some(({ key }) => /^(io\.kubernetes|io\.cilium)\./.test(key)) ? undefined : selector
  }
  if (style === 'istio') {
    return readSelector(fields, fields.child(spec, 'selector'))
  }
  if (style === 'calico') return calicoConjunction(ownValue(spec.value, 'selector'), spec.path)
  return undefined
}

function withoutSources(selector: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(selector)) return selector
  const plain = (key: string) => key.replace(/^(k8s|any)[:.]/, '')
  const labels = selector['matchLabels']
  const expressions = selector['matchExpressions']
  return {
    ...(isJsonObject(labels)
      ? { matchLabels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [plain(key), value])) }
      : {}),
    ...(Array.isArray(expressions)
      ? {
          matchExpressions: (expressions as readonly JsonValue[]).map(expression =>
            isJsonObject(expression) && typeof expression['key'] === 'string'
              ? { ...expression, key: plain(expression['key']) }
              : expression,
          ),
        }
      : {}),
  }
}

/** The simplest Calico selectors, `all()` and conjunctions of `key == 'value'` and `has(key)`; `undefined` for others. */
function calicoConjunction(value: unknown, path: Selector['path']): Selector | undefined {
  if (typeof value !== 'string' || value.trim() === '' || value.trim() === 'all()') return undefined
  const requirements: SelectorRequirement[] = []
  for (const term of value.split('&&')) {
    const equal = /^\s*([-\w./]+)\s*==\s*(?:'([^']*)'|"([^"]*)")\s*$/.exec(term)
    const has = /^\s*has\(\s*([-\w./]+)\s*\)\s*$/.exec(term)
    if (equal !== null) requirements.push({ key: equal[1]!, operator: 'In', values: [equal[2] ?? equal[3] ?? ''] })
    else if (has !== null) requirements.push({ key: has[1]!, operator: 'Exists', values: [] })
    else return undefined
  }
  // Namespace and service account stand among the labels there.
  return requirements.some(({ key }) => key.startsWith('projectcalico.org/'))
    ? undefined
    : selectorOf(requirements, path)
}

function directionsIn(spec: Field, style: string): readonly Direction[] {
  if (style === 'namespace') return ['egress']
  if (style === 'istio') return ['ingress']
  const { value } = spec
  const written = ['ingress', 'ingressDeny', 'egress', 'egressDeny', 'types'].filter(
    key => ownValue(value, key) !== undefined,
  )
  if (written.length === 0 || written.includes('types')) {
    const types = ownValue(value, 'types')
    if (!Array.isArray(types)) return both
    return both.filter(direction => types.some(type => typeof type === 'string' && type.toLowerCase() === direction))
  }
  return both.filter(direction => written.some(key => key.startsWith(direction)))
}
