import { findInputs } from '../../../adapters/fs/inputs.ts'
import { kindTableOf } from '../../../adapters/fs/kind-tables.ts'
import { readInput } from '../../../adapters/fs/read-input.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import { defaulted } from '../../../inventory/defaulting/index.ts'
import { type Diagnostic, formatDiagnostic } from '../../../model/diagnostic.ts'
import type { Manifest } from '../../../read/manifests/manifest.ts'
import { type ObjectFormat, ObjectPrinter } from '../../../read/manifests/print-objects.ts'
import { loadSettings } from '../../configuration/load.ts'
import { scanRequest } from '../../scan/scan-request.ts'
import { UserError } from '../../user-error.ts'
import { scanExitCode } from '../exit-code.ts'
import { settingsFromFlags } from '../flags.ts'
import { say } from '../say.ts'
import type { RenderFlags } from '../verb-flags.ts'

const formats: readonly ObjectFormat[] = ['ndjson', 'yaml', 'json']

/** `breakwater render`: the objects exactly as every analysis reads them. */
export async function runRenderVerb(paths: readonly string[], flags: RenderFlags): Promise<number> {
  const { output, defaulted: _, ...rest } = flags
  const format = formatOf(output)
  const { settings } = await loadSettings({ cwd: process.cwd(), env: process.env, flags: settingsFromFlags(rest) })
  if (paths.length === 0)
    throw new UserError('NO_PATH', 'no path was given', { next: 'name files or folders, or - for standard input' })
  const inputs = findInputs(paths, settings.scan.exclude, {
    maxFiles: settings.input.maxFiles,
    maxFolderDepth: settings.input.maxFolderDepth,
  })
  const { limits } = scanRequest(settings, 'findings')
  const printer = new ObjectPrinter(format)
  const prepared = flags.defaulted === true ? defaultsOf(settings.scan.target) : (manifest: Manifest) => manifest
  let isIncomplete = inputs.renderUnits.length > 0
  let objects = 0
  const tell = (diagnostics: readonly Diagnostic[]) => {
    for (const diagnostic of diagnostics) {
      say(formatDiagnostic(diagnostic))
      // What is no object is shown as it is, so nothing is missing.
      if (diagnostic.level === 'error' && diagnostic.code !== 'READ_NO_OBJECT') isIncomplete = true
    }
  }
  tell(inputs.diagnostics)
  for (const unit of inputs.renderUnits) say(`${unit.root}  not rendered yet: ${unit.kind}, ${unit.files} files`)
  for (const file of inputs.files) {
    for await (const reading of readInput(file, limits)) {
      tell(reading.diagnostics)
      objects += reading.manifests.length
      const text = printer.print(reading.manifests.map(prepared))
      if (text !== '') await writeAll(process.stdout, [text])
    }
  }
  const end = printer.end()
  if (end !== '') await writeAll(process.stdout, [end])
  return scanExitCode({ hasFindingsAtThreshold: false, isIncomplete, hasInput: objects > 0 })
}

function formatOf(output: readonly string[] | undefined): ObjectFormat {
  const wanted = output?.at(-1) ?? 'yaml'
  const format = formats.find(name => name === wanted)
  if (format === undefined)
    throw new UserError('UNKNOWN_FORMAT', `render has no output format "${wanted}"`, {
      next: `use ${formats.join(', ')}`,
    })
  return format
}

/** Objects as the API server of a minor would hand them to admission. */
function defaultsOf(target: string): (manifest: Manifest) => Manifest {
  const table = kindTableOf(target)
  return manifest =>
    manifest.kind === 'object' ? { ...manifest, object: defaulted(manifest.object, table).object } : manifest
}
