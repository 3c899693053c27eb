import { parseIp } from '../../lib/ip/address.ts'
import { type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { HostPort } from '../../model/network.ts'
import type { ContainerView } from '../../model/pod-view.ts'
import type { Inventory } from '../inventory.ts'
import type { EntryProblem } from './entry-problem.ts'

/** The port of the node that an entry of a container's `ports` takes; `undefined` where it takes none. */
export function hostPortOf(entry: JsonValue): HostPort | undefined {
  const port = ownValue(entry, 'hostPort')
  const ip = ownValue(entry, 'hostIP') ?? ''
  if (typeof port !== 'number' || !isPort(port)) return undefined
  return { port, ip: typeof ip === 'string' ? ip : JSON.stringify(ip) }
}

/** What the API server refuses of the node's ports and addresses that containers ask for, in the order of the input. */
export function hostPortProblems({ workloads }: Inventory): readonly EntryProblem[] {
  return workloads.flatMap(object =>
    object.pods.flatMap(({ containers }) =>
      containers.flatMap(container =>
        refusedHostPorts(container).map(({ code, message, path }) => ({ code, message, object, path })),
      ),
    ),
  )
}

/** The same of one container. */
export function refusedHostPorts({ spec, path }: ContainerView): readonly Omit<EntryProblem, 'object'>[] {
  const ports = ownValue(spec, 'ports')
  if (!Array.isArray(ports)) return []
  return (ports as readonly JsonValue[]).flatMap((entry, i) => {
    const at = (field: string): JsonPath => [...path, 'ports', i, field]
    const port = ownValue(entry, 'hostPort') ?? 0
    const ip = ownValue(entry, 'hostIP') ?? ''
    const found: Omit<EntryProblem, 'object'>[] = []
    if (port !== 0 && !(typeof port === 'number' && isPort(port))) {
      const message = `hostPort ${JSON.stringify(port)} is no number from 1 to 65535`
      found.push({ code: 'HOST_PORT_INVALID', message, path: at('hostPort') })
    }
    if (ip !== '' && !(typeof ip === 'string' && parseIp(ip) !== undefined))
      found.push({
        code: 'HOST_IP_INVALID',
        message: `hostIP ${JSON.stringify(ip)} is no address`,
        path: at('hostIP'),
      })
    return found
  })
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}
