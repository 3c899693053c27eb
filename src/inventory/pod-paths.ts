import type { ObjectRef } from '../model/subject.ts'

/** Where a kind carries a pod, and which built-in resource it behaves like. */
export interface PodPath {
  /** Keys from the object's root to the pod or its template; `*` stands for every entry of a list or map. */
  readonly template: readonly string[]
  /** True where the place is a pod's specification itself, without metadata around it. */
  readonly bare?: boolean
  /** `apps/deployments`: a rule that is about this resource is about the kind as well. */
  readonly like: string
}

/** Pod paths by `group/Kind`. */
export type PodPaths = ReadonlyMap<string, readonly PodPath[]>

const template = ['spec', 'template']

/** The kinds of Kubernetes itself that carry a pod. */
export const builtInPodPaths: PodPaths = new Map<string, readonly PodPath[]>([
  ['/Pod', [{ template: [], like: '/pods' }]],
  ['/PodTemplate', [{ template: ['template'], like: '/podtemplates' }]],
  ['/ReplicationController', [{ template, like: '/replicationcontrollers' }]],
  ['apps/DaemonSet', [{ template, like: 'apps/daemonsets' }]],
  ['apps/Deployment', [{ template, like: 'apps/deployments' }]],
  ['apps/ReplicaSet', [{ template, like: 'apps/replicasets' }]],
  ['apps/StatefulSet', [{ template, like: 'apps/statefulsets' }]],
  ['extensions/DaemonSet', [{ template, like: 'apps/daemonsets' }]],
  ['extensions/Deployment', [{ template, like: 'apps/deployments' }]],
  ['extensions/ReplicaSet', [{ template, like: 'apps/replicasets' }]],
  ['batch/CronJob', [{ template: ['spec', 'jobTemplate', 'spec', 'template'], like: 'batch/cronjobs' }]],
  ['batch/Job', [{ template, like: 'batch/jobs' }]],
])

const deployment: readonly PodPath[] = [{ template, like: 'apps/deployments' }]
const replicas = (field: string): readonly PodPath[] => [
  { template: ['spec', field, '*', 'template'], like: 'batch/jobs' },
]
const ray = (...prefix: string[]): readonly PodPath[] => [
  { template: [...prefix, 'headGroupSpec', 'template'], like: 'apps/statefulsets' },
  { template: [...prefix, 'workerGroupSpecs', '*', 'template'], like: 'apps/statefulsets' },
]

/** Custom kinds that are known without being told; `podPaths` of breakwater.yaml adds to them. */
const customPodPaths: PodPaths = new Map<string, readonly PodPath[]>([
  ['agents.x-k8s.io/Sandbox', [{ template: ['spec', 'podTemplate'], like: '/pods' }]],
  ['extensions.agents.x-k8s.io/SandboxTemplate', [{ template: ['spec', 'podTemplate'], like: '/pods' }]],
  ['apps.kruise.io/CloneSet', deployment],
  ['apps.kruise.io/DaemonSet', [{ template, like: 'apps/daemonsets' }]],
  ['apps.kruise.io/StatefulSet', [{ template, like: 'apps/statefulsets' }]],
  ['apps.openshift.io/DeploymentConfig', deployment],
  ['argoproj.io/Rollout', deployment],
  ['batch.volcano.sh/Job', [{ template: ['spec', 'tasks', '*', 'template'], like: 'batch/jobs' }]],
  [
    'jobset.x-k8s.io/JobSet',
    [{ template: ['spec', 'replicatedJobs', '*', 'template', 'spec', 'template'], like: 'batch/jobs' }],
  ],
  ['kubeflow.org/JAXJob', replicas('jaxReplicaSpecs')],
  ['kubeflow.org/MPIJob', replicas('mpiReplicaSpecs')],
  ['kubeflow.org/Notebook', [{ template, like: 'apps/statefulsets' }]],
  ['kubeflow.org/PaddleJob', replicas('paddleReplicaSpecs')],
  ['kubeflow.org/PyTorchJob', replicas('pytorchReplicaSpecs')],
  ['kubeflow.org/TFJob', replicas('tfReplicaSpecs')],
  ['kubeflow.org/XGBoostJob', replicas('xgbReplicaSpecs')],
  [
    'leaderworkerset.x-k8s.io/LeaderWorkerSet',
    [
      { template: ['spec', 'leaderWorkerTemplate', 'leaderTemplate'], like: 'apps/statefulsets' },
      { template: ['spec', 'leaderWorkerTemplate', 'workerTemplate'], like: 'apps/statefulsets' },
    ],
  ],
  ['ray.io/RayCluster', ray('spec')],
  ['ray.io/RayJob', ray('spec', 'rayClusterSpec')],
  ['ray.io/RayService', ray('spec', 'rayClusterConfig')],
  ['serving.knative.dev/Configuration', deployment],
  ['serving.knative.dev/Revision', [{ template: [], like: 'apps/deployments' }]],
  ['serving.knative.dev/Service', deployment],
  [
    'serving.kserve.io/InferenceService',
    [
      { template: ['spec', 'predictor'], bare: true, like: 'apps/deployments' },
      { template: ['spec', 'transformer'], bare: true, like: 'apps/deployments' },
      { template: ['spec', 'explainer'], bare: true, like: 'apps/deployments' },
    ],
  ],
])

/** Built-in kinds, the known custom kinds, and those that the settings add. */
export function podPathsWith(added: PodPaths = new Map()): PodPaths {
  return new Map([...customPodPaths, ...added, ...builtInPodPaths])
}

/** Virtual machines run in pods that carry their labels. Policies are about them; rules about containers are not. */
const virtualMachinePaths: PodPaths = new Map<string, readonly PodPath[]>([
  ['kubevirt.io/VirtualMachine', [{ template, like: 'apps/deployments' }]],
  ['kubevirt.io/VirtualMachineInstance', [{ template: [], like: '/pods' }]],
  ['kubevirt.io/VirtualMachineInstanceReplicaSet', [{ template, like: 'apps/replicasets' }]],
])

export function isVirtualMachine(ref: ObjectRef): boolean {
  return ref.group === 'kubevirt.io' && virtualMachinePaths.has(`${ref.group}/${ref.kind}`)
}

/** The same with virtual machines: what connections begin and end at. */
export function withVirtualMachines(paths: PodPaths): PodPaths {
  return new Map([...paths, ...virtualMachinePaths])
}
