import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { packageRoot } from '../../adapters/fs/package-files.ts'
import { UserError } from '../user-error.ts'
import type { FileQueue } from './file-queue.ts'
import type { ScanRequest } from './scan-request.ts'
import type { ShareResult } from './share-result.ts'
import type { FromWorker, SharedFacts, ToWorker, WorkerStart } from './worker-messages.ts'

/** A thread beside the main one. Both of its answers are promises that reject where the thread fails. */
export class ScanWorker {
  readonly facts: Promise<SharedFacts>
  readonly result: Promise<ShareResult>
  private readonly worker: Worker

  constructor(request: ScanRequest, queue: FileQueue, part: number) {
    const entry = import.meta.url.endsWith('.ts')
      ? join(import.meta.dirname, 'worker.ts')
      : join(packageRoot(), 'dist', 'scan-worker.js')
    const start: WorkerStart = { request, queue, part }
    this.worker = new Worker(entry, { workerData: start })
    const facts = Promise.withResolvers<SharedFacts>()
    const result = Promise.withResolvers<ShareResult>()
    const fail = (error: Error) => {
      facts.reject(error)
      result.reject(error)
    }
    this.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'facts') facts.resolve(message)
      else if (message.kind === 'result') result.resolve(message.result)
      else fail(errorOf(message))
    })
    this.worker.on('error', fail)
    this.worker.on('exit', code => {
      if (code !== 0) fail(new Error(`a scan thread ended with ${code}`))
    })
    // Both are awaited one after the other; a failure in between must not count as unhandled.
    facts.promise.catch(() => {})
    result.promise.catch(() => {})
    this.facts = facts.promise
    this.result = result.promise
  }

  send(message: ToWorker): void {
    this.worker.postMessage(message)
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
  }
}

function errorOf(message: FromWorker & { kind: 'error' }): Error {
  if (message.known !== undefined)
    return new UserError(message.known.code, message.message, { next: message.known.next })
  const error = new Error(message.message)
  if (message.stack !== undefined) error.stack = message.stack
  return error
}
