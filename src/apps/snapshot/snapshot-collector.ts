import { identityOf } from '../../inventory/identity.ts'
import { type PodPaths, withVirtualMachines } from '../../inventory/pod-paths.ts'
import { keptOf, SharedValues } from '../../inventory/snapshot/keep.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import { jsonPointer, valueAt } from '../../lib/json/json-value.ts'
import type { ObjectSource } from '../../model/object-source.ts'
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
  private source: ObjectSource | undefined

  constructor(defaultNamespace: string, podPaths: PodPaths) {
    this.defaultNamespace = defaultNamespace
    this.podPaths = withVirtualMachines(podPaths)
  }

  /** `fileIndex` is the place of the file among the inputs, from 0. */
  add(manifest: ManifestObject, fileIndex: number): void {
    const identity = identityOf(manifest.object, { defaultNamespace: this.defaultNamespace })
    const kept = keptOf(manifest.object, identity.ref, this.podPaths, this.shared)
    if (kept === undefined) return
    const { group, kind, namespace, name } = identity.ref
    const written = valueAt(kept.object, ['metadata', 'name'])
    const ref = {
      group: this.shared.text(group),
      kind: this.shared.text(kind),
      namespace: this.shared.text(namespace),
      name: typeof written === 'string' && written !== '' ? written : this.shared.text(name),
    }
    const found = locateManifest(manifest.source, kept.paths)
    const places: Record<string, Position> = {}
    kept.paths.forEach((path, i) => {
      places[jsonPointer(path)] = { line: found[i]!.line, column: found[i]!.column }
    })
    this.objects.push({
      ref,
      assumedNamespace: identity.assumedNamespace,
      object: kept.object,
      source: this.sourceOf(manifest.file),
      order: fileIndex * objectsPerFile + this.serial++,
      places,
    })
  }

  private sourceOf(file: string): ObjectSource {
    if (this.source?.file !== file) this.source = { file, unit: '', origin: 'exact' }
    return this.source
  }
}

/** More objects than one run can hold: places of files never mix. */
const objectsPerFile = 2 ** 32
