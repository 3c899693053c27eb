import { isBuiltInGroup } from '../../../inventory/api-resources.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import type { Answer } from '../answer.ts'
import type { NativeCheck } from '../plan.ts'
import type { CheckKnowledge } from './check-knowledge.ts'

const passed: Answer = { kind: 'pass' }

/** API versions that the target does not serve any more, or calls deprecated. */
export function apiVersionCheck(meta: RuleMeta, { lifecycle, minor }: CheckKnowledge): NativeCheck {
  return {
    meta,
    concerns: ({ group }) => isBuiltInGroup(group) || lifecycle.knows(group),
    answer({ object, resource: { group, version, kind } }) {
      const life = lifecycle.of(group, version, kind)
      const apiVersion = String(object['apiVersion'])
      if (life === undefined) return passed
      const { removed, deprecated } = life
      const isRemoved = removed !== undefined && removed <= minor
      if (!isRemoved && (deprecated === undefined || deprecated > minor)) return passed
      const replacement = lifecycle.servedReplacement(life, minor)
      const way = replacement === undefined ? '; nothing takes its place' : `; use ${replacement}`
      const end = removed === undefined ? '' : ` and removed in 1.${removed}`
      const message = isRemoved
        ? `${apiVersion} ${kind} is not served by Kubernetes 1.${minor}: it was removed in 1.${removed}${way}`
        : `${apiVersion} ${kind} is deprecated since 1.${deprecated}${end}${way}`
      const severity = isRemoved ? 'high' : 'low'
      return { kind: 'fail', message, severity, causes: [{ key: '', path: ['apiVersion'] }] }
    },
  }
}
