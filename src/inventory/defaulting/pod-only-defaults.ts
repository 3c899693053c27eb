import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'

/**
 * The two defaults that only a Pod gets and that rules read: requests are copied from limits, and on the network of the
 * node every container port is a host port. Templates do not get them, so a rule may judge a Deployment and a Pod of the
 * same content differently, as the API server does. Returns the very same object where nothing changes.
 */
export function withPodOnlyDefaults(pod: JsonObject): JsonObject {
  const spec = ownValue(pod, 'spec')
  if (!isJsonObject(spec)) return pod
  const onHostNetwork = ownValue(spec, 'hostNetwork') === true
  let changed: JsonObject | undefined
  for (const list of ['initContainers', 'containers']) {
    const containers = ownValue(spec, list)
    if (!Array.isArray(containers)) continue
    const completed = (containers as readonly JsonValue[]).map(container => complete(container, onHostNetwork))
    if (completed.some((container, i) => container !== containers[i]))
      changed = { ...(changed ?? spec), [list]: completed }
  }
  return changed === undefined ? pod : { ...pod, spec: changed }
}

function complete(container: JsonValue, onHostNetwork: boolean): JsonValue {
  if (!isJsonObject(container)) return container
  const withRequests = requestsFromLimits(container)
  return onHostNetwork ? hostPortsFromContainerPorts(withRequests) : withRequests
}

function requestsFromLimits(container: JsonObject): JsonObject {
  const resources = ownValue(container, 'resources')
  const limits = ownValue(resources, 'limits')
  const requests = ownValue(resources, 'requests') ?? {}
  if (!isJsonObject(resources) || !isJsonObject(limits) || !isJsonObject(requests)) return container
  if (Object.keys(limits).every(name => Object.hasOwn(requests, name))) return container
  return { ...container, resources: { ...resources, requests: { ...limits, ...requests } } }
}

function hostPortsFromContainerPorts(container: JsonObject): JsonObject {
  const ports = ownValue(container, 'ports')
  if (!Array.isArray(ports)) return container
  const completed = (ports as readonly JsonValue[]).map(port => {
    if (!isJsonObject(port) || ownValue(port, 'hostPort') || ownValue(port, 'containerPort') === undefined) return port
    return { ...port, hostPort: port['containerPort'] as JsonValue }
  })
  return completed.every((port, i) => port === ports[i]) ? container : { ...container, ports: completed }
}
