import { once } from 'node:events'

/** Writes all chunks to a stream, waiting where it is full, until its reader has taken them or has gone away. */
export async function writeAll(stream: NodeJS.WritableStream, chunks: Iterable<Uint8Array | string>): Promise<void> {
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
}
