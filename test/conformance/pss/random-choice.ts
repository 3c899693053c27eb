/** A source of choices that makes the same ones for the same seed (a linear congruence modulo 2^32). */
export function random(seed: number): <T>(options: readonly T[]) => T {
  let state = seed >>> 0
  return options => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return options[Math.floor((state / 2 ** 32) * options.length)]!
  }
}
