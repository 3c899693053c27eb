import { printJson } from '../../lib/json/print-json.ts'
import { printYaml } from '../../lib/yaml/print-yaml.ts'
import type { Manifest } from './manifest.ts'

export type ObjectFormat = 'ndjson' | 'yaml' | 'json'

/**
 * Prints objects as every analysis sees them (the command `render`). `ndjson`: one record a line. `json`: the same
 * records in one list. `yaml`: the objects as documents, each under a comment that names its place. Values that are no
 * objects are printed too, with `"kind": null`, so that nothing is hidden.
 */
export class ObjectPrinter {
  private readonly format: ObjectFormat
  private isFirst = true

  constructor(format: ObjectFormat) {
    this.format = format
  }

  print(manifests: readonly Manifest[]): string {
    let text = ''
    for (const manifest of manifests) text += this.one(manifest)
    return text
  }

  end(): string {
    if (this.format !== 'json') return ''
    return this.isFirst ? '[]\n' : '\n]\n'
  }

  private one(manifest: Manifest): string {
    const value = manifest.kind === 'object' ? manifest.object : manifest.value
    const opening = this.isFirst ? '[\n' : ',\n'
    this.isFirst = false
    switch (this.format) {
      case 'ndjson':
        return `${record(manifest, printJson(value))}\n`
      case 'json':
        return opening + record(manifest, printJson(value))
      case 'yaml':
        // A file's name may hold what ends a comment.
        return `---\n# ${JSON.stringify(manifest.file).slice(1, -1)}:${manifest.line}\n${printYaml(value)}`
    }
  }
}

function record(manifest: Manifest, object: string): string {
  const kind = manifest.kind === 'object' ? '' : '"kind":null,'
  const { file, document, line } = manifest
  return `{"file":${JSON.stringify(file)},"document":${document},"line":${line},${kind}"object":${object}}`
}
