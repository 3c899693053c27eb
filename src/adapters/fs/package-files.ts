import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the installed package, or of the checkout: the nearest one above this module with a package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('no package.json stands above the program')
    folder = parent
  }
  return folder
}

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

/** The tables of facts that ship in `data/`, with the day each was compiled (RFC 3339 date). */
export function dataTables(): { readonly name: string; readonly compiled: string }[] {
  const folder = join(packageRoot(), 'data')
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => {
      const table = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { compiled: string }
      return { name: file.replace(/^k8s-/, '').replace(/\.json$/, ''), compiled: table.compiled }
    })
}
