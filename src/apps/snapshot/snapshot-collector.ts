import { identityOf } from '../../inventory/identity.ts'
import { type PodPaths, withVirtualMachines } from '../../inventory/pod-paths.ts'
import { keptOf, SharedValues } from '../../inventory/snapshot/keep.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import { jsonPointer } from '../../lib/json/json-value.ts'
import type { Position } from '../../model/policy.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestObject } from '../../read/manifests/manifest.ts'

/** Gathers, object by object, what questions about several objects need, and forgets the rest. */
export class SnapshotCollector {
  readonly objects: SnapshotObject[] = []
  private readonly defaultNamespace: string
  private readonly podPaths: PodPaths
  private readonly shared = new SharedValues()
  private serial = 0

  constructor(defaultNamespace: string, podPaths: PodPaths) {
    this.defaultNamespace = defaultNamespace
    this.podPaths = withVirtualMachines(podPaths)
  }

  /** `fileIndex` is the place of the file among the inputs, from 0. */
  add(manifest: ManifestObject, fileIndex: number): void {
    const { ref, assumedNamespace } = identityOf(manifest.object, { defaultNamespace: this.defaultNamespace })
    const kept = keptOf(manifest.object, ref, this.podPaths, this.shared)
    if (kept === undefined) return
    const found = locateManifest(manifest.source, kept.paths)
    const places: Record<string, Position> = {}
    kept.paths.forEach((path, i) => {
      places[jsonPointer(path)] = { line: found[i]!.line, column: found[i]!.column }
    })
    this.objects.push({
      ref,
      assumedNamespace,
      object: kept.object,
      source: { file: manifest.file, unit: '', origin: 'exact' },
      order: fileIndex * objectsPerFile + this.serial++,
      places,
    })
  }
}

/** More objects than one run can hold: places of files never mix. */
const objectsPerFile = 2 ** 32
