/** From which seed, and in how many rounds of all families, the recorded scenarios are made. */
export const RECORDED_SEED = 20_261_125
export const RECORDED_ROUNDS = 12
