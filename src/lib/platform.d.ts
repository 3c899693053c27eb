// The two Encoding Standard classes are pure functions of their input and exist in every JavaScript runtime (Node,
// browsers, workers), so the pure folders may use them. Nothing else of the platform is declared for these folders.

interface TextDecoder {
  readonly encoding: string
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string
}
declare const TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder
}

interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}
declare const TextEncoder: { new (): TextEncoder }
