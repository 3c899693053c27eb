import { Agent, request } from 'node:https'
import type { ControlPlane } from './control-plane.ts'

export interface Reply {
  readonly code: number
  readonly body: string
  readonly warnings: readonly string[]
}

/** The API of a server by connections that stay open, for tests that ask tens of thousands of questions. */
export class ApiClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16, rejectUnauthorized: false })
  private readonly server: ControlPlane

  constructor(server: ControlPlane) {
    this.server = server
  }

  send(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Reply> {
    const headers = {
      authorization: `Bearer ${this.server.token}`,
      'content-type': method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json',
    }
    return new Promise((resolve, reject) => {
      const asked = request(this.server.url + path, { method, agent: this.agent, headers }, reply => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('error', reject)
        reply.on('end', () => {
          const warning = reply.headersDistinct['warning'] ?? []
          resolve({ code: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString(), warnings: warning })
        })
      })
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** Works on all items, on `width` of them at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next++
      if (index >= items.length) return
      await work(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}
