/** What a long run is doing, on one line of stderr that is redrawn at most ten times a second. */
export interface Progress {
  update(text: string): void
  /** Removes the line, so that results and messages start on a clean one. */
  clear(): void
}

const silent: Progress = { update() {}, clear() {} }

/**
 * A progress line for a terminal. Where stderr is no terminal or CI=true, a plain line every ten seconds appears, from
 * the tenth second on, so that a log shows that the run is alive.
 */
export function createProgress(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, now: () => number): Progress {
  const isTerminal = stream.isTTY === true && env['CI'] !== 'true' && env['TERM'] !== 'dumb'
  let last = isTerminal ? 0 : now()
  const period = isTerminal ? 100 : 10_000
  let shown = false
  if (!isTerminal && stream.isTTY !== true && env['CI'] !== 'true') return silent
  return {
    update(text) {
      const at = now()
      if (at - last < period) return
      last = at
      stream.write(isTerminal ? `\r\u001b[K${text.slice(0, Math.max(10, (stream.columns ?? 80) - 1))}` : `${text}\n`)
      shown = true
    },
    clear() {
      if (shown && isTerminal) stream.write('\r\u001b[K')
      shown = false
    },
  }
}
