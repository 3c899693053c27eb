import { groupOf, versionOf } from '../model/subject.ts'

/** What the API server knows of a kind: the name it is addressed by, and whether it lives in a namespace. */
export interface ApiResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The plural in lower case, as in URLs and in the rules of policies. */
  readonly resource: string
  readonly namespaced: boolean
}

/** Kinds by group: `Kind=plural`, cluster-scoped ones with a trailing `!`. Versions are not told apart. */
const builtIn: Readonly<Record<string, string>> = {
  '':
    'Binding=bindings ComponentStatus=componentstatuses! ConfigMap=configmaps Endpoints=endpoints Event=events ' +
    'LimitRange=limitranges Namespace=namespaces! Node=nodes! PersistentVolume=persistentvolumes! ' +
    'PersistentVolumeClaim=persistentvolumeclaims Pod=pods PodTemplate=podtemplates ' +
    'ReplicationController=replicationcontrollers ResourceQuota=resourcequotas Secret=secrets ' +
    'Service=services ServiceAccount=serviceaccounts',
  'admissionregistration.k8s.io':
    'MutatingAdmissionPolicy=mutatingadmissionpolicies! MutatingAdmissionPolicyBinding=mutatingadmissionpolicybindings! ' +
    'MutatingWebhookConfiguration=mutatingwebhookconfigurations! ValidatingAdmissionPolicy=validatingadmissionpolicies! ' +
    'ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings! ' +
    'ValidatingWebhookConfiguration=validatingwebhookconfigurations! InitializerConfiguration=initializerconfigurations!',
  'apiextensions.k8s.io': 'CustomResourceDefinition=customresourcedefinitions!',
  'apiregistration.k8s.io': 'APIService=apiservices!',
  apps:
    'ControllerRevision=controllerrevisions DaemonSet=daemonsets Deployment=deployments ReplicaSet=replicasets ' +
    'StatefulSet=statefulsets',
  extensions:
    'DaemonSet=daemonsets Deployment=deployments Ingress=ingresses NetworkPolicy=networkpolicies ' +
    'PodSecurityPolicy=podsecuritypolicies! ReplicaSet=replicasets',
  'authentication.k8s.io': 'SelfSubjectReview=selfsubjectreviews! TokenRequest=tokenrequests TokenReview=tokenreviews!',
  'authorization.k8s.io':
    'LocalSubjectAccessReview=localsubjectaccessreviews SelfSubjectAccessReview=selfsubjectaccessreviews! ' +
    'SelfSubjectRulesReview=selfsubjectrulesreviews! SubjectAccessReview=subjectaccessreviews!',
  autoscaling: 'HorizontalPodAutoscaler=horizontalpodautoscalers Scale=scales',
  batch: 'CronJob=cronjobs Job=jobs',
  'certificates.k8s.io':
    'CertificateSigningRequest=certificatesigningrequests! ClusterTrustBundle=clustertrustbundles! ' +
    'PodCertificateRequest=podcertificaterequests',
  'coordination.k8s.io': 'Lease=leases LeaseCandidate=leasecandidates',
  'discovery.k8s.io': 'EndpointSlice=endpointslices',
  'events.k8s.io': 'Event=events',
  'flowcontrol.apiserver.k8s.io': 'FlowSchema=flowschemas! PriorityLevelConfiguration=prioritylevelconfigurations!',
  'internal.apiserver.k8s.io': 'StorageVersion=storageversions!',
  'networking.k8s.io':
    'IPAddress=ipaddresses! Ingress=ingresses IngressClass=ingressclasses! NetworkPolicy=networkpolicies ' +
    'ServiceCIDR=servicecidrs!',
  'node.k8s.io': 'RuntimeClass=runtimeclasses!',
  policy: 'Eviction=evictions PodDisruptionBudget=poddisruptionbudgets PodSecurityPolicy=podsecuritypolicies!',
  'rbac.authorization.k8s.io':
    'ClusterRole=clusterroles! ClusterRoleBinding=clusterrolebindings! Role=roles RoleBinding=rolebindings',
  'resource.k8s.io':
    'DeviceClass=deviceclasses! DeviceTaintRule=devicetaintrules! ResourceClaim=resourceclaims ' +
    'ResourceClaimTemplate=resourceclaimtemplates ResourceSlice=resourceslices!',
  'scheduling.k8s.io': 'PriorityClass=priorityclasses! PodGroup=podgroups Workload=workloads',
  'storage.k8s.io':
    'CSIDriver=csidrivers! CSINode=csinodes! CSIStorageCapacity=csistoragecapacities StorageClass=storageclasses! ' +
    'VolumeAttachment=volumeattachments! VolumeAttributesClass=volumeattributesclasses!',
  'storagemigration.k8s.io': 'StorageVersionMigration=storageversionmigrations!',
  // Kinds of widespread operators that live in no namespace: without their definitions in the scan they would be
  // given one. Only those that are commonly written to files.
  'cert-manager.io': 'Certificate=certificates ClusterIssuer=clusterissuers! Issuer=issuers',
  'cilium.io':
    'CiliumClusterwideNetworkPolicy=ciliumclusterwidenetworkpolicies! CiliumNetworkPolicy=ciliumnetworkpolicies',
  'crd.projectcalico.org': 'GlobalNetworkPolicy=globalnetworkpolicies! IPPool=ippools! NetworkPolicy=networkpolicies',
  'external-secrets.io':
    'ClusterSecretStore=clustersecretstores! ExternalSecret=externalsecrets SecretStore=secretstores',
  'gateway.networking.k8s.io': 'Gateway=gateways GatewayClass=gatewayclasses! HTTPRoute=httproutes',
  'kyverno.io': 'ClusterPolicy=clusterpolicies! Policy=policies',
  'operator.tigera.io': 'APIServer=apiservers! Installation=installations! Goldmane=goldmanes! Whisker=whiskers!',
  'policy.networking.k8s.io':
    'AdminNetworkPolicy=adminnetworkpolicies! BaselineAdminNetworkPolicy=baselineadminnetworkpolicies! ' +
    'ClusterNetworkPolicy=clusternetworkpolicies!',
  'projectcalico.org': 'GlobalNetworkPolicy=globalnetworkpolicies! IPPool=ippools! NetworkPolicy=networkpolicies',
  'security.openshift.io': 'SecurityContextConstraints=securitycontextconstraints!',
  'snapshot.storage.k8s.io':
    'VolumeSnapshot=volumesnapshots VolumeSnapshotClass=volumesnapshotclasses! ' +
    'VolumeSnapshotContent=volumesnapshotcontents!',
}

/** Groups and versions that are gone or old, and the one that means the same resource today. */
const successors: Readonly<Record<string, string>> = {
  'extensions/DaemonSet': 'apps',
  'extensions/Deployment': 'apps',
  'extensions/ReplicaSet': 'apps',
  'extensions/Ingress': 'networking.k8s.io',
  'extensions/NetworkPolicy': 'networking.k8s.io',
  'extensions/PodSecurityPolicy': 'policy',
}

const table: ReadonlyMap<string, { readonly resource: string; readonly namespaced: boolean }> = new Map(
  Object.entries(builtIn).flatMap(([group, kinds]) =>
    kinds.split(' ').map(entry => {
      const [kind, plural] = entry.split('=') as [string, string]
      const namespaced = !plural.endsWith('!')
      return [`${group}/${kind}`, { resource: namespaced ? plural : plural.slice(0, -1), namespaced }] as const
    }),
  ),
)

/** The groups that the API server serves itself. What is outside of them is a custom resource. */
export function isBuiltInGroup(group: string): boolean {
  return (
    (group === '' || !group.includes('.') || group.endsWith('.k8s.io')) &&
    Object.hasOwn(builtIn, group) &&
    !customGroups.has(group)
  )
}

const customGroups = new Set(['gateway.networking.k8s.io', 'policy.networking.k8s.io', 'snapshot.storage.k8s.io'])

/** Kinds that definitions in the scan declare, by `group/Kind`. They go before what is guessed. */
export type DefinedKinds = ReadonlyMap<string, { readonly resource: string; readonly namespaced: boolean }>

export const noDefinedKinds: DefinedKinds = new Map()

/**
 * The resource of a kind. A kind that neither the server nor a definition in the scan declares is taken for a
 * namespaced custom resource with the regular plural.
 */
export function apiResourceOf(apiVersion: string, kind: string, defined: DefinedKinds = noDefinedKinds): ApiResource {
  const group = groupOf(apiVersion)
  const version = versionOf(apiVersion)
  const known = table.get(`${group}/${kind}`) ?? defined.get(`${group}/${kind}`)
  if (known !== undefined) return { group, version, kind, resource: known.resource, namespaced: known.namespaced }
  return { group, version, kind, resource: pluralOf(kind.toLowerCase()), namespaced: true }
}

/** The group under which the server keeps the same resource today: `extensions` Deployments are `apps` ones. */
export function equivalentGroup(resource: ApiResource): string {
  return successors[`${resource.group}/${resource.kind}`] ?? resource.group
}

function pluralOf(singular: string): string {
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`
  return `${singular}s`
}
