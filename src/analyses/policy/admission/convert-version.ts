import { CelUnknown, type CelValue, isList, isPlainMap, unknown } from '../../../lib/cel/values.ts'
import type { GroupVersionKind } from '../request.ts'
import { member } from './attributes.ts'
import type { ServedKinds } from './served-kinds.ts'

type Fields = Record<string, CelValue>

/** The object in another version that its server keeps for the same resource; unknown where nobody here can tell. */
export function convertVersion(
  object: CelValue,
  from: GroupVersionKind,
  to: GroupVersionKind,
  kinds: ServedKinds,
): CelValue {
  if (!isPlainMap(object) || (from.group === to.group && from.version === to.version)) return object
  const apiVersion = to.group === '' ? to.version : `${to.group}/${to.version}`
  if (to.kind === 'HorizontalPodAutoscaler' && to.group === 'autoscaling') {
    return to.version === 'v1' ? autoscalerV1(object, apiVersion) : autoscalerV2(object, apiVersion)
  }
  if (to.kind === 'Event' && from.kind === 'Event') {
    return to.group === '' ? coreEvent(object, apiVersion) : newEvent(object, apiVersion)
  }
  const served = kinds.of(apiVersion, to.kind)
  if (served.conversion === 'None') return { ...object, apiVersion }
  if (served.conversion === 'Webhook') return unknown(`a webhook converts ${to.kind} to ${apiVersion}`)
  return unknown(`the conversion of ${to.kind} to ${apiVersion} is not known`)
}

const conditionsKey = 'autoscaling.alpha.kubernetes.io/conditions'
const metricsKey = 'autoscaling.alpha.kubernetes.io/metrics'
const currentMetricsKey = 'autoscaling.alpha.kubernetes.io/current-metrics'
const behaviorKey = 'autoscaling.alpha.kubernetes.io/behavior'

/** v1 has one field for the target of the processor; everything else travels in annotations, as JSON. */
function autoscalerV1(object: Fields, apiVersion: string): CelValue {
  const spec = fieldsOf(member(object, 'spec'))
  const { metrics, behavior, ...kept } = spec
  const others: CelValue[] = []
  for (const metric of metrics !== undefined && isList(metrics) ? metrics : []) {
    const resource = member(metric, 'resource')
    const utilization = member(member(resource, 'target'), 'averageUtilization')
    if (member(metric, 'type') === 'Resource' && member(resource, 'name') === 'cpu' && utilization !== undefined) {
      kept['targetCPUUtilizationPercentage'] = utilization
    } else others.push(metric)
  }
  const metadata = fieldsOf(member(object, 'metadata'))
  const annotations = fieldsOf(metadata['annotations'])
  if (others.length > 0) annotations[metricsKey] = unknown('metrics as the server writes them into an annotation')
  if (behavior !== undefined) annotations[behaviorKey] = unknown('behavior as the server writes it into an annotation')
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations
  const status = fieldsOf(member(object, 'status'))
  const { conditions, currentMetrics, ...counts } = status
  if (conditions !== undefined && conditions !== null)
    annotations[conditionsKey] = unknown('conditions as the server writes them into an annotation')
  if (currentMetrics !== undefined && currentMetrics !== null)
    annotations[currentMetricsKey] = unknown('metrics as the server writes them into an annotation')
  return { ...object, apiVersion, metadata, spec: kept, status: { currentReplicas: 0, ...counts } }
}

function autoscalerV2(object: Fields, apiVersion: string): CelValue {
  const { targetCPUUtilizationPercentage: percentage, ...kept } = fieldsOf(member(object, 'spec'))
  const metadata = fieldsOf(member(object, 'metadata'))
  const annotations = fieldsOf(metadata['annotations'])
  const hasMore = Object.hasOwn(annotations, metricsKey) || Object.hasOwn(annotations, behaviorKey)
  if (hasMore)
    return unknown('a HorizontalPodAutoscaler v1 whose annotations hold metrics or behavior is not converted')
  if (percentage !== undefined) {
    kept['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } } },
    ]
  }
  const { currentCPUUtilizationPercentage: _, ...counts } = fieldsOf(member(object, 'status'))
  return { ...object, apiVersion, spec: kept, status: { currentMetrics: null, ...counts } }
}

/** Names of the same fields in events.k8s.io and in the core group. */
const eventFields: readonly (readonly [events: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]

function coreEvent(object: Fields, apiVersion: string): CelValue {
  const renamed: Fields = { ...object, apiVersion }
  for (const [events, core] of eventFields) rename(renamed, events, core)
  return { involvedObject: {}, source: {}, reportingComponent: '', reportingInstance: '', ...withNullTimes(renamed) }
}

function newEvent(object: Fields, apiVersion: string): CelValue {
  const renamed: Fields = { ...object, apiVersion }
  for (const [events, core] of eventFields) rename(renamed, core, events)
  if (renamed['reportingController'] === '') delete renamed['reportingController']
  if (renamed['reportingInstance'] === '') delete renamed['reportingInstance']
  return { regarding: {}, deprecatedSource: {}, ...renamed }
}

function withNullTimes(event: Fields): Fields {
  return { firstTimestamp: null, lastTimestamp: null, eventTime: null, ...event }
}

function rename(fields: Fields, from: string, to: string): void {
  if (!Object.hasOwn(fields, from)) return
  fields[to] = fields[from]!
  delete fields[from]
}

/** A copy that may be changed. */
function fieldsOf(value: CelValue | undefined): Fields {
  return value !== undefined && !(value instanceof CelUnknown) && isPlainMap(value) ? { ...value } : {}
}
