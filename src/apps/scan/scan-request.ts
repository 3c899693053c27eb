import type { GivenParameter, StandardVersion } from '../../analyses/policy/index.ts'
import type { Severity } from '../../model/severity.ts'
import type { ManifestLimits } from '../../read/manifests/manifest.ts'
import type { Origins } from '../configuration/load.ts'
import type { Settings } from '../configuration/settings.ts'

/** Everything a thread must know to scan its share: plain data, so that it may be sent to another thread. */
export interface ScanRequest {
  /** Ids of rules, with or without the number of a validation; empty where the packs decide. */
  readonly rules: readonly string[]
  readonly packs: readonly string[]
  /** Files and folders with the user's own policies. */
  readonly policies: readonly string[]
  /** Parameters of rules, the strongest last. */
  readonly params: readonly GivenParameter[]
  readonly severities: Readonly<Record<string, Severity | 'off'>>
  /** Findings below it are not shown. */
  readonly severity: Severity
  readonly where: string
  readonly namespace: string
  /** `1.37`. */
  readonly target: string
  /** Version of the Pod Security Standards for the `pss-*` packs: a minor of Kubernetes, or the newest. */
  readonly pssVersion: StandardVersion
  readonly podPaths: Readonly<Record<string, string>>
  readonly limits: ManifestLimits
  /** `lines`: findings come back as bytes of ndjson, which is cheaper to hand over than objects. */
  readonly as: 'findings' | 'lines'
}

/** The part of the settings that the threads of a scan need. */
export function scanRequest(settings: Settings, as: ScanRequest['as'], origins: Origins = new Map()): ScanRequest {
  const { scan, input, inventory } = settings
  return {
    rules: scan.rules,
    packs: scan.packs,
    policies: scan.policies,
    severities: scan.severities,
    params: Object.entries(scan.params).flatMap(([rule, values]) =>
      Object.entries(values).map(([name, value]) => {
        const place = origins.get(`scan.params.${rule}.${name}`) ?? origins.get(`scan.params.${rule}`)
        return { rule, name, value, place: place ?? '' }
      }),
    ),
    severity: scan.severity,
    where: scan.where,
    namespace: scan.namespace,
    target: scan.target,
    pssVersion: scan.pssVersion === 'latest' ? 'latest' : Number(scan.pssVersion.replace(/^v?1[.]/, '')),
    podPaths: inventory.podPaths,
    limits: {
      maxDocumentBytes: input.maxDocumentBytes,
      maxDepth: input.maxDepth,
      maxSlowNodes: input.maxSlowNodes,
      maxAliasNodes: input.maxAliasNodes,
      maxDocuments: input.maxDocuments,
      maxStringBytes: input.maxStringBytes,
    },
    as,
  }
}
