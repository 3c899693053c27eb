import { bootstrapRbac, bootstrapRbacOfAllMinors } from '../../adapters/fs/bootstrap-rbac.ts'
import { kindTableOf } from '../../adapters/fs/kind-tables.ts'
import { operatorPowers } from '../../adapters/fs/operator-powers.ts'
import type { AccessTables } from '../../analyses/access/access-facts.ts'

/** What the checks about rights know of Kubernetes itself and of widespread operators. */
export function accessTables(target: string): AccessTables {
  return {
    shipped: bootstrapRbac(target),
    shippedEver: bootstrapRbacOfAllMinors(),
    kinds: kindTableOf(target),
    operators: operatorPowers(),
  }
}
