/** Whether and how much colour a stream gets: 0 none, 1 sixteen colours, 2 256 colours, 3 true colour. */
export type ColorLevel = 0 | 1 | 2 | 3

/** `--color`, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether the stream is a terminal. */
export function colorLevel(
  choice: 'auto' | 'always' | 'never',
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): ColorLevel {
  if (choice === 'never') return 0
  const able: ColorLevel = /truecolor|24bit/.test(env['COLORTERM'] ?? '') ? 3 : /256/.test(env['TERM'] ?? '') ? 2 : 1
  if (choice === 'always') return able
  if ((env['NO_COLOR'] ?? '') !== '') return 0
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force === '0' || force === 'false' ? 0 : force === '2' ? 2 : force === '3' ? 3 : able
  return isTerminal && env['TERM'] !== 'dumb' ? able : 0
}
