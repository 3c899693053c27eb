#!/usr/bin/env node
// Starts the bundled program on a Node that can run it. In a checkout it first makes sure that dist/ is up to date, so
// that the command always runs the code that lies beside it.
import { existsSync } from 'node:fs'

const source = new URL('../src/apps/cli/main.ts', import.meta.url)
const program = new URL('../dist/cli.js', import.meta.url)
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24

// Set by this very script for the second process below; it is no setting of the program.
const isReady = process.env.BREAKWATER_CHECKOUT_IS_READY !== undefined
delete process.env.BREAKWATER_CHECKOUT_IS_READY

if (existsSync(source) && !isReady) {
  const { ensure } = await import('../tools/ensure.mjs')
  ensure()
}
if (isNewEnough) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache?.()
  await import(program.href)
} else if (existsSync(source)) {
  const { spawn } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const { nodeProgram } = await import('../tools/ensure.mjs')
  const child = spawn(nodeProgram(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, BREAKWATER_CHECKOUT_IS_READY: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code ?? 70
  })
} else {
  process.stderr.write(
    `error NODE_TOO_OLD: Breakwater needs Node 24 or newer, this is ${process.versions.node}\n  next: install a newer Node and run the command again\n`,
  )
  process.exitCode = 2
}
