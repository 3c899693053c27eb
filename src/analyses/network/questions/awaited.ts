import type { Peer, Selector } from '../../../model/network.ts'

/** A pod that does not exist yet. */
export type Awaited = Extract<Peer, { kind: 'notYetExisting' }>

export function hasPodSelector({ podSelector }: Awaited): boolean {
  return podSelector !== undefined && podSelector.requirements.length > 0
}

/** `any namespace {app=web}`, `namespaces {team=a}`, `shop {app in (a, b)}`. */
export function awaitedLabel(peer: Awaited): string {
  const { namespace, namespaceSelector, podSelector } = peer
  const where =
    namespace !== undefined
      ? `namespace ${namespace}`
      : namespaceSelector === undefined || namespaceSelector.requirements.length === 0
        ? 'any namespace'
        : `namespaces ${selectorText(namespaceSelector)}`
  return hasPodSelector(peer) ? `pods ${selectorText(podSelector!)} of ${where}` : `any pod of ${where}`
}

function selectorText({ requirements }: Selector): string {
  const texts = requirements.map(({ key, operator, values }) => {
    if (operator === 'In' && values.length === 1) return `${key}=${values[0]}`
    if (operator === 'In') return `${key} in (${values.join(', ')})`
    if (operator === 'NotIn') return `${key} not in (${values.join(', ')})`
    return operator === 'Exists' ? key : `!${key}`
  })
  return `{${texts.join(', ')}}`
}
