import { parentPort, workerData } from 'node:worker_threads'
import type { PolicyFacts } from '../../analyses/policy/index.ts'
import { UserError } from '../user-error.ts'
import { nextFiles } from './file-queue.ts'
import { ScanShare } from './scan-share.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts'

/** A second thread of a scan: takes files off the shared queue, then waits for what the others know, then finishes. */
const port = parentPort!
const { request, queue, part } = workerData as WorkerStart
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

try {
  const share = new ScanShare(request)
  port.on('message', (message: ToWorker) => {
    try {
      if (message.kind === 'files') {
        const { paths, areRegular } = message
        share.setInputs(paths)
        for (let batch = nextFiles(queue, paths.length); batch !== undefined; batch = nextFiles(queue, paths.length)) {
          for (let index = batch.from; index < batch.to; index++)
            if (areRegular[index]) share.addFile(index, paths[index]!)
        }
        send({ kind: 'facts', ...share.facts() })
      } else {
        finish(message.facts, message.absorbed)
      }
    } catch (error) {
      fail(error)
    }
  })
  const finish = (all: readonly PolicyFacts[], absorbed: readonly string[]) => {
    const result = share.finish(all, part, absorbed)
    send({ kind: 'result', result }, [...new Set(result.lines?.map(([, lines]) => lines.buffer))])
    port.close()
  }
} catch (error) {
  fail(error)
}

function fail(error: unknown): void {
  const known = error instanceof UserError ? { code: error.code, next: error.next } : undefined
  send({
    kind: 'error',
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
    known,
  })
  port.close()
}
