import type { InventoryObject } from '../../../inventory/inventory.ts'
import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import { describeSubject } from '../../../model/access.ts'
import type { PodView } from '../../../model/pod-view.ts'
import { readManifest } from '../../../read/manifests/read-manifest.ts'
import type { AccessFacts } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { isObjectId } from '../object-id.ts'

/** Identities of clouds as far as objects show them: BW-IDN-001, 007, 008, 011 to 013. */
export function checkCloudIdentities(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-IDN-001', 'BW-IDN-007', 'BW-IDN-008', 'BW-IDN-011', 'BW-IDN-012', 'BW-IDN-013')) return
  if (facts.isEntra) checkGroups(facts, answers)
  const provider = providerOf(facts)
  for (const object of facts.inventory.objects) {
    const { group, kind, name, namespace } = object.ref
    if (group === 'aadpodidentity.k8s.io') checkPodIdentity(object, answers)
    if (group === 'secrets-store.csi.x-k8s.io' && kind === 'SecretProviderClass') checkSecretProvider(object, answers)
    if (group === '' && kind === 'ConfigMap' && name === 'aws-auth' && namespace === 'kube-system')
      checkAwsAuth(object, answers)
    if (group === '' && kind === 'ServiceAccount') checkAccountAnnotations(object, answers)
    const pods = facts.podsOf(object)
    if (pods.length === 0) continue
    checkFlexVolumes(object, pods, answers)
    checkWorkloadIdentity(facts, object, pods, answers)
    if (provider !== undefined) checkNodeIdentity(object, pods, provider, answers)
  }
}

/** On an Entra cluster a group is its object id; by its display name it is nobody. */
function checkGroups(facts: AccessFacts, answers: MergedAnswers): void {
  for (const { is: binding, object } of facts.bindings) {
    const at = binding.subjects.flatMap((subject, i) =>
      subject.kind === 'Group' && !isObjectId(subject.name) && !/^(system|kubeadm):/.test(subject.name)
        ? [{ object, path: ['subjects', i], key: `subject/${describeSubject(subject)}` }]
        : [],
    )
    if (at.length === 0) answers.pass('BW-IDN-001')
    else
      answers.fail('BW-IDN-001', object, {
        message: `${at
          .map(({ key }) => key.slice('subject/'.length))
          .slice(0, 3)
          .join(', ')}: groups of Entra ID are named by their object id; a display name matches nobody`,
        at,
      })
  }
}

function checkPodIdentity(object: InventoryObject, answers: MergedAnswers): void {
  answers.fail('BW-IDN-007', object, {
    message: `${object.ref.kind} belongs to pod-managed identity, which is retired; workload identity takes its place`,
  })
}

/** Key Vault by FlexVolume came before the Secrets Store CSI driver and is as retired as pod-managed identity. */
function checkFlexVolumes(object: InventoryObject, pods: readonly PodView[], answers: MergedAnswers): void {
  for (const pod of pods) {
    const label = valueAt(pod.podMeta, ['labels', 'aadpodidbinding'])
    const volume = list(ownValue(pod.podSpec, 'volumes')).findIndex(
      entry => valueAt(entry, ['flexVolume', 'driver']) === 'azure/kv',
    )
    if (label === undefined && volume < 0) continue
    const path: JsonPath = label === undefined ? [...pod.specPath, 'volumes', volume] : pod.path
    answers.fail('BW-IDN-007', object, {
      message:
        label === undefined
          ? 'Key Vault is mounted by the FlexVolume azure/kv, which is retired; the Secrets Store CSI driver takes its place'
          : `label aadpodidbinding: ${JSON.stringify(label)} asks for pod-managed identity, which is retired; workload identity takes its place`,
      at: [{ object, path, key: label === undefined ? 'volume/azure/kv' : 'label/aadpodidbinding' }],
    })
    return
  }
  answers.pass('BW-IDN-007')
}

const useLabel = 'azure.workload.identity/use'
const clientId = 'azure.workload.identity/client-id'
const expiration = 'azure.workload.identity/service-account-token-expiration'

/** The webhook acts on pods with the label alone, and needs the account's annotation to know the identity. */
function checkWorkloadIdentity(
  facts: AccessFacts,
  object: InventoryObject,
  pods: readonly PodView[],
  answers: MergedAnswers,
): void {
  for (const pod of pods) {
    const label = valueAt(pod.podMeta, ['labels', useLabel])
    const name = ownValue(pod.podSpec, 'serviceAccountName') || ownValue(pod.podSpec, 'serviceAccount') || 'default'
    const account = facts.inventory.get('', 'ServiceAccount', object.ref.namespace, String(name))
    const annotated =
      account === undefined ? undefined : valueAt(account.object, ['metadata', 'annotations', clientId]) !== undefined
    const at = [{ object, path: pod.path, key: `label/${useLabel}` }]
    const fail = (message: string): void => answers.fail('BW-IDN-008', object, { message, at })
    if (label !== undefined && label !== 'true')
      fail(`label ${useLabel} is ${JSON.stringify(label)}; the webhook acts on "true" alone`)
    else if (label === 'true' && annotated === false)
      fail(`the pod asks for workload identity, but ServiceAccount "${name}" has no annotation ${clientId}`)
    else if (label === undefined && annotated === true)
      fail(
        `ServiceAccount "${name}" is annotated for workload identity, but the pod has no label ${useLabel}: "true" and gets no token`,
      )
    else if (label === 'true') answers.pass('BW-IDN-008')
  }
}

function checkAccountAnnotations(object: InventoryObject, answers: MergedAnswers): void {
  const annotations = valueAt(object.object, ['metadata', 'annotations'])
  const id = ownValue(annotations, clientId)
  const seconds = ownValue(annotations, expiration)
  const at = [{ object, path: ['metadata', 'annotations'], key: 'annotations' }]
  if (id !== undefined && !isObjectId(String(id)))
    answers.fail('BW-IDN-008', object, {
      message: `annotation ${clientId} is ${JSON.stringify(id)}, which is no client id`,
      at,
    })
  else if (seconds !== undefined && !(Number(seconds) >= 3600 && Number(seconds) <= 86400))
    answers.fail('BW-IDN-008', object, {
      message: `annotation ${expiration} is ${JSON.stringify(seconds)}; a token lives 3600 to 86400 seconds`,
      at,
    })
}

function checkSecretProvider(object: InventoryObject, answers: MergedAnswers): void {
  if (valueAt(object.object, ['spec', 'provider']) !== 'azure') return
  const uses = valueAt(object.object, ['spec', 'parameters', 'useVMManagedIdentity'])
  if (uses === 'true' || uses === true)
    answers.fail('BW-IDN-012', object, {
      message: 'secrets are read with the identity of the node: every pod of the node could read them as well',
      at: [{ object, path: ['spec', 'parameters', 'useVMManagedIdentity'], key: 'useVMManagedIdentity' }],
    })
  else answers.pass('BW-IDN-012')
}

/** aws-auth maps roles and users of AWS to names of the cluster; its values are YAML in text. */
function checkAwsAuth(object: InventoryObject, answers: MergedAnswers): void {
  const found: { readonly field: string; readonly arn: string }[] = []
  let isReadable = true
  for (const [field, arn] of [
    ['mapRoles', 'rolearn'],
    ['mapUsers', 'userarn'],
  ] as const) {
    const text = valueAt(object.object, ['data', field])
    if (typeof text !== 'string') continue
    const reading = readManifest('aws-auth', new TextEncoder().encode(text))
    if (reading.diagnostics.length > 0) isReadable = false
    for (const manifest of reading.manifests) {
      for (const entry of list(manifest.kind === 'value' ? manifest.value : manifest.object))
        if (list(ownValue(entry, 'groups')).includes('system:masters'))
          found.push({ field, arn: String(ownValue(entry, arn) ?? '?') })
    }
  }
  if (found.length > 0)
    answers.fail('BW-IDN-013', object, {
      message: `${found
        .map(({ arn }) => arn)
        .slice(0, 3)
        .join(
          ', ',
        )} ${found.length === 1 ? 'is' : 'are'} mapped to system:masters, which passes every check and cannot be revoked in the cluster`,
      at: found.map(({ field, arn }) => ({ object, path: ['data', field], key: `arn/${arn}` })),
    })
  else if (isReadable) answers.pass('BW-IDN-013')
  else
    answers.unknown('BW-IDN-013', object, {
      message: 'the mapping cannot be read',
      reason: 'mapRoles or mapUsers is no YAML',
    })
}

const providers = { azure: 'Azure', aws: 'AWS', gce: 'Google Cloud' } as const

function providerOf({ inventory }: AccessFacts): string | undefined {
  for (const { ref, object } of inventory.objects) {
    if (ref.kind !== 'Node' || ref.group !== '') continue
    const scheme = /^(azure|aws|gce):\/\//.exec(String(valueAt(object, ['spec', 'providerID']) ?? ''))?.[1]
    if (scheme !== undefined) return providers[scheme as keyof typeof providers]
  }
  return undefined
}

/** On the network of the node no NetworkPolicy holds: the metadata address answers, and hands out the node's identity. */
function checkNodeIdentity(
  object: InventoryObject,
  pods: readonly PodView[],
  provider: string,
  answers: MergedAnswers,
): void {
  for (const pod of pods) {
    if (ownValue(pod.podSpec, 'hostNetwork') !== true) continue
    answers.fail('BW-IDN-011', object, {
      message: `the pod is on the network of its node, where no NetworkPolicy holds, and reaches the metadata address of ${provider}: it can act as the node`,
      at: [{ object, path: [...pod.specPath], key: `pod/${pod.label}` }],
    })
    return
  }
  answers.pass('BW-IDN-011')
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
