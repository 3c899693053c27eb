import type { ContainerPort, Protocol } from '../../model/network.ts'
import { NO_PORTS, type PortSets, type PortsId } from './port-sets.ts'

/**
 * What port names mean on each pod. A name stands for every port that carries it, of all containers: one name may be
 * two protocols (networking.k8s.io/v1). Only names that rules mention are kept.
 */
export class NamedPorts {
  private readonly mentioned = new Set<string>()
  private readonly ids = new Map<string, number>()
  private readonly lists: (readonly ContainerPort[])[] = []
  private readonly resolved = new Map<string, PortsId>()
  private readonly ports: PortSets

  constructor(ports: PortSets) {
    this.ports = ports
    this.idOf([])
  }

  /** Makes a name known. Returns false where it already was. */
  mention(name: string): boolean {
    const isNew = !this.mentioned.has(name)
    this.mentioned.add(name)
    return isNew
  }

  /** 0 where the pod declares none of the mentioned names. */
  idOf(ports: readonly ContainerPort[]): number {
    let text = ''
    for (const port of ports) {
      if (port.name !== '' && this.mentioned.has(port.name)) text += `${port.name}/${port.protocol}/${port.port} `
    }
    let id = this.ids.get(text)
    if (id === undefined) {
      // The order of ports makes no difference.
      const kept = ports.filter(({ name }) => name !== '' && this.mentioned.has(name))
      const normal = [...new Set(text.split(' '))].sort().join(' ')
      id = this.ids.get(normal) ?? this.lists.length
      if (id === this.lists.length) this.lists.push(kept)
      this.ids.set(normal, id)
      this.ids.set(text, id)
    }
    return id
  }

  /** The ports that a name stands for; of every protocol where none is given. */
  resolve(id: number, name: string, protocol: Protocol | undefined): PortsId {
    if (id === 0) return NO_PORTS
    const key = `${id} ${name} ${protocol}`
    let result = this.resolved.get(key)
    if (result === undefined) {
      result = NO_PORTS
      for (const port of this.lists[id]!) {
        if (port.name === name && (protocol === undefined || protocol === port.protocol))
          result = this.ports.sets.or(result, this.ports.range(port.protocol, port.port, port.port))
      }
      this.resolved.set(key, result)
    }
    return result
  }
}
