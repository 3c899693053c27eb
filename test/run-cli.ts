import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const program = join(import.meta.dirname, '../src/apps/cli/main.ts')

/** Runs the command line from its source in a folder, with an environment of its own. */
export function runCli(
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly input?: string | Uint8Array
    readonly env?: Readonly<Record<string, string>>
  } = {},
): CliResult {
  const result = spawnSync(process.execPath, [program, ...args], {
    cwd: options.cwd ?? import.meta.dirname,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent', ...options.env },
  })
  return { code: result.status, stdout: result.stdout, stderr: result.stderr }
}
