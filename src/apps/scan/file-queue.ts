/** One counter that all threads share: each takes the next few files off it, so that none waits while another works. */
export type FileQueue = Int32Array<SharedArrayBuffer>

const batchSize = 24

export function fileQueue(): FileQueue {
  return new Int32Array(new SharedArrayBuffer(4))
}

/** The next files of a list of `count`, as indexes; `undefined` at the end. */
export function nextFiles(queue: FileQueue, count: number): { readonly from: number; readonly to: number } | undefined {
  const from = Atomics.add(queue, 0, batchSize)
  return from >= count ? undefined : { from, to: Math.min(count, from + batchSize) }
}
