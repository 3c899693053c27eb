import type { CniProfile } from '../../model/cni-profile.ts'

/** An engine of which nothing is known but that it follows the APIs: what they leave open is unknown. */
export const genericCni: CniProfile = {
  name: 'generic',
  enforces: 'yes',
  ipBlockMatchesPods: 'unknown',
  ipBlockMatchesNodes: 'unknown',
  hostNetworkByNamespace: 'no',
  endPort: 'yes',
  namedPorts: 'yes',
  sctp: 'yes',
  ipv6: 'yes',
  except: 'yes',
  clusterNetworkPolicy: 'yes',
  adminNetworkPolicy: 'yes',
}
