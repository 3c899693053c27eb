import type { AccessRequest } from '../../model/access.ts'
import type { Severity } from '../../model/severity.ts'

/** A right that leads further than its words say, and the requests that prove it. */
export interface Power {
  readonly id: PowerId
  /** What its holder can do, as a verb phrase: `read secrets`. */
  readonly title: string
  /** How grave it is where it holds in every namespace, or for a resource outside of namespaces. */
  readonly severity: Severity
  /** How grave it is where it holds in one namespace; `undefined` where it means nothing there. */
  readonly inNamespace: Severity | undefined
  /** One of these suffices. */
  readonly probes: readonly AccessRequest[]
}

export type PowerId = keyof typeof table

type Entry = readonly [title: string, severity: Severity, inNamespace: Severity | undefined, probes: string]

/**
 * Probes are `verbs resource[/sub][.group][=name]`, separated by `;`. Cluster-scoped resources mean nothing inside one
 * namespace, save a namespace itself (`undefined` says which).
 */
const table = {
  'secrets-read': ['read secrets', 'critical', 'high', 'get,list,watch secrets'],
  'workload-write': [
    'run containers of its choice: create or change pods or what makes them',
    'high',
    'medium',
    'create,update,patch pods; create,update,patch replicationcontrollers; ' +
      'create,update,patch deployments.apps; create,update,patch daemonsets.apps; ' +
      'create,update,patch statefulsets.apps; create,update,patch replicasets.apps; ' +
      'create,update,patch jobs.batch; create,update,patch cronjobs.batch',
  ],
  exec: [
    'run commands in containers, attach to them or reach their ports',
    'high',
    'medium',
    'create pods/exec; create pods/attach; create pods/portforward',
  ],
  'exec-by-get': [
    'run commands in containers, attach to them or reach their ports (get, before Kubernetes 1.35)',
    'high',
    'medium',
    'get pods/exec; get pods/attach; get pods/portforward',
  ],
  'ephemeral-containers': [
    'add ephemeral containers to running pods',
    'high',
    'medium',
    'update,patch pods/ephemeralcontainers',
  ],
  'nodes-proxy': [
    'run commands in every pod of every node through the kubelet, past the audit log',
    'critical',
    undefined,
    'get,create nodes/proxy',
  ],
  bind: [
    'bind roles whose rights it does not hold',
    'critical',
    'high',
    'bind clusterroles.rbac.authorization.k8s.io; bind roles.rbac.authorization.k8s.io',
  ],
  escalate: [
    'write rights into roles that it does not hold',
    'critical',
    'high',
    'escalate clusterroles.rbac.authorization.k8s.io; escalate roles.rbac.authorization.k8s.io',
  ],
  'impersonate-users': ['act as any user or group', 'critical', undefined, 'impersonate users; impersonate groups'],
  'impersonate-accounts': ['act as any ServiceAccount', 'critical', 'high', 'impersonate serviceaccounts'],
  'impersonate-constrained': [
    'act as others within limits (constrained impersonation)',
    'high',
    'high',
    'impersonate:user-info users.authentication.k8s.io; impersonate:user-info groups.authentication.k8s.io; ' +
      'impersonate:serviceaccount serviceaccounts.authentication.k8s.io; ' +
      'impersonate:arbitrary-node nodes.authentication.k8s.io; ' +
      'impersonate:associated-node nodes.authentication.k8s.io=*',
  ],
  'binding-write': [
    'write bindings of roles',
    'critical',
    'high',
    'create,update,patch clusterrolebindings.rbac.authorization.k8s.io; ' +
      'create,update,patch rolebindings.rbac.authorization.k8s.io',
  ],
  'role-write': [
    'write roles',
    'high',
    'medium',
    'create,update,patch clusterroles.rbac.authorization.k8s.io; create,update,patch roles.rbac.authorization.k8s.io',
  ],
  'csr-approve': [
    'approve or sign client certificates',
    'critical',
    undefined,
    'approve,sign signers.certificates.k8s.io=kubernetes.io/kube-apiserver-client; ' +
      'approve,sign signers.certificates.k8s.io=kubernetes.io/kube-apiserver-client-kubelet; ' +
      'approve,sign signers.certificates.k8s.io=kubernetes.io/*',
  ],
  'csr-decide': [
    'record decisions on certificate requests',
    'low',
    undefined,
    'update,patch certificatesigningrequests/approval.certificates.k8s.io; ' +
      'update,patch certificatesigningrequests/status.certificates.k8s.io',
  ],
  'token-create': ['mint tokens of any ServiceAccount', 'critical', 'high', 'create serviceaccounts/token'],
  'admission-write': [
    'change what admission lets through or alters',
    'critical',
    undefined,
    'create,update,patch,delete mutatingwebhookconfigurations.admissionregistration.k8s.io; ' +
      'create,update,patch,delete validatingwebhookconfigurations.admissionregistration.k8s.io; ' +
      'create,update,patch,delete validatingadmissionpolicies.admissionregistration.k8s.io; ' +
      'create,update,patch,delete validatingadmissionpolicybindings.admissionregistration.k8s.io; ' +
      'create,update,patch,delete mutatingadmissionpolicies.admissionregistration.k8s.io; ' +
      'create,update,patch,delete mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  ],
  'mutation-write': [
    'alter every object on its way into the cluster',
    'critical',
    undefined,
    'create,update,patch mutatingwebhookconfigurations.admissionregistration.k8s.io; ' +
      'create,update,patch mutatingadmissionpolicies.admissionregistration.k8s.io',
  ],
  'volume-create': [
    'create PersistentVolumes, which may be folders of a node',
    'high',
    undefined,
    'create persistentvolumes',
  ],
  'node-write': [
    'change nodes: labels, taints, status',
    'high',
    undefined,
    'update,patch nodes; update,patch nodes/status',
  ],
  'service-status-write': [
    'claim addresses for services and so take traffic over',
    'high',
    'medium',
    'update,patch services/status',
  ],
  'endpoint-write': [
    'point services at addresses of its choice',
    'medium',
    'medium',
    'create,update,patch endpoints; create,update,patch endpointslices.discovery.k8s.io',
  ],
  'event-delete': [
    'delete events and so cover tracks',
    'medium',
    'low',
    'delete,deletecollection events; delete,deletecollection events.events.k8s.io',
  ],
  'configmap-write': ['write ConfigMaps', 'high', undefined, 'create,update,patch configmaps'],
  'network-write': [
    'open the network: write NetworkPolicies, Ingresses or routes',
    'medium',
    'medium',
    'create,update,patch,delete networkpolicies.networking.k8s.io; create,update,patch ingresses.networking.k8s.io; ' +
      'create,update,patch gateways.gateway.networking.k8s.io; create,update,patch httproutes.gateway.networking.k8s.io',
  ],
  'namespace-write': ['change namespaces and their Pod Security level', 'high', 'medium', 'update,patch namespaces'],
  'pod-create': [
    'create pods',
    'high',
    'medium',
    'create pods; create deployments.apps; create daemonsets.apps; create statefulsets.apps; create replicasets.apps; ' +
      'create jobs.batch; create cronjobs.batch; create replicationcontrollers',
  ],
  'daemonset-create': ['run a pod on every node', 'high', 'medium', 'create daemonsets.apps'],
  'workload-delete': [
    'delete namespaces or workloads',
    'medium',
    'low',
    'delete,deletecollection namespaces; deletecollection pods; delete,deletecollection deployments.apps; ' +
      'delete,deletecollection statefulsets.apps; delete,deletecollection daemonsets.apps; ' +
      'delete,deletecollection persistentvolumeclaims',
  ],
  'pod-remove': ['evict or delete pods', 'medium', 'low', 'delete,deletecollection pods; create pods/eviction'],
  'definition-status-write': [
    'change the status or finalizers of definitions, or what clients trust',
    'medium',
    undefined,
    'update,patch customresourcedefinitions/status.apiextensions.k8s.io; ' +
      'update,patch customresourcedefinitions/finalizers.apiextensions.k8s.io; ' +
      'create,update,patch clustertrustbundles.certificates.k8s.io',
  ],
  'api-service-write': [
    'put a server of its choice behind a part of the API',
    'critical',
    undefined,
    'create,update,patch apiservices.apiregistration.k8s.io',
  ],
  'definition-write': [
    'change definitions of resources, and with them who converts every stored object',
    'high',
    undefined,
    'create,update,patch customresourcedefinitions.apiextensions.k8s.io',
  ],
  'pod-binding': ['place pods on nodes of its choice', 'medium', 'medium', 'create pods/binding; create bindings'],
} as const satisfies Record<string, Entry>

/** Every power by its id, in the order in which they are told. */
export const powers: ReadonlyMap<PowerId, Power> = new Map(
  (Object.keys(table) as PowerId[]).map(id => {
    const [title, severity, inNamespace, probes]: Entry = table[id]
    return [id, { id, title, severity, inNamespace, probes: probes.split(/;\s*/).flatMap(readProbes) }]
  }),
)

function readProbes(text: string): AccessRequest[] {
  const [verbs, rest] = text.split(' ') as [string, string]
  const [target, name] = rest.split('=') as [string, string | undefined]
  const dot = target.indexOf('.')
  const [path, group] = dot < 0 ? [target, ''] : [target.slice(0, dot), target.slice(dot + 1)]
  const [resource, subresource] = path.split('/') as [string, string | undefined]
  return verbs.split(',').map(verb => ({
    kind: 'resource',
    verb,
    group,
    resource,
    subresource: subresource ?? '',
    name: name ?? '',
    namespace: '',
  }))
}
