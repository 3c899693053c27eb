import { quoted } from './json-text.ts'
import { type JsonPath, jsonPointer } from './json-value.ts'

/**
 * Collects JSON as UTF-8. A hot loop for 100,000 findings (`bench/`): text is copied into the block while it is checked,
 * without a string for the line in between, which halves the time and leaves nothing to collect. A test holds it equal
 * to `quoted`.
 */
export class JsonBytes {
  #block: Uint8Array<ArrayBuffer>
  #at = 0

  /** `size`: bytes that usually stand between two calls of `take`. */
  constructor(size: number) {
    this.#block = new Uint8Array(size)
  }

  /** Bytes collected since the last `take`. */
  get length(): number {
    return this.#at
  }

  /** What was collected, in an array of its own: the block stays, because it is in the caches of the processor. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#block.slice(0, this.#at)
    this.#at = 0
    return taken
  }

  /** Bytes that are JSON already. */
  raw(piece: Uint8Array): void {
    const length = piece.length
    if (this.#at + length > this.#block.length) this.#grow(length)
    const block = this.#block
    if (length < 32) {
      // `set` costs more than it saves for so few bytes.
      for (let i = 0, at = this.#at; i < length; i++, at++) block[at] = piece[i] as number
    } else {
      block.set(piece, this.#at)
    }
    this.#at += length
  }

  /** What stands between two earlier values of `length`, once more. */
  again(start: number, end: number): void {
    if (this.#at + end - start > this.#block.length) this.#grow(end - start)
    this.#block.copyWithin(this.#at, start, end)
    this.#at += end - start
  }

  /** A JSON string. Plain ASCII is copied while it is looked at; the first other character falls back to `quoted`. */
  text(text: string): void {
    const length = text.length
    if (this.#at + length * 2 + 2 > this.#block.length) this.#grow(length * 2 + 2)
    const block = this.#block
    let at = this.#at
    block[at++] = quote
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 128 || isPlain[unit] === 0) {
        // Nearly every message names a container in quotation marks.
        if (unit !== quote) {
          this.plain(quoted(text))
          return
        }
        block[at++] = backslash
      }
      block[at++] = unit
    }
    block[at++] = quote
    this.#at = at
  }

  /** The JSON pointer of the first `length` steps of a path, as a JSON string. */
  pointer(path: JsonPath, length: number): void {
    const start = this.#at
    this.#byte(quote)
    for (let i = 0; i < length; i++) {
      const step = path[i]!
      if (typeof step === 'number') {
        this.#byte(slash)
        this.number(step)
      } else if (!this.#token(step)) {
        this.#at = start
        this.text(jsonPointer(path.slice(0, length)))
        return
      }
    }
    this.#byte(quote)
  }

  /** A step of a pointer that needs no escape; false where it does. */
  #token(step: string): boolean {
    const length = step.length
    if (this.#at + length >= this.#block.length) this.#grow(length + 1)
    const block = this.#block
    let at = this.#at
    block[at++] = slash
    for (let i = 0; i < length; i++) {
      const unit = step.charCodeAt(i)
      if (unit >= 128 || isPlain[unit] === 0 || unit === slash || unit === tilde) return false
      block[at++] = unit
    }
    this.#at = at
    return true
  }

  #byte(byte: number): void {
    if (this.#at === this.#block.length) this.#grow(1)
    this.#block[this.#at++] = byte
  }

  number(value: number): void {
    if (value < 0 || value >= 1000 || !Number.isInteger(value)) {
      this.plain(String(value))
      return
    }
    if (this.#at + 3 > this.#block.length) this.#grow(3)
    if (value >= 100) this.#block[this.#at++] = 0x30 + Math.floor(value / 100)
    if (value >= 10) this.#block[this.#at++] = 0x30 + (Math.floor(value / 10) % 10)
    this.#block[this.#at++] = 0x30 + (value % 10)
  }

  /** Text that is JSON already, or its first `length` units. */
  plain(text: string, length = text.length): void {
    if (this.#at + length * 3 > this.#block.length) this.#grow(length * 3)
    const block = this.#block
    let at = this.#at
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 128) {
        this.#at += encoder.encodeInto(text.slice(0, length), block.subarray(this.#at)).written
        return
      }
      block[at++] = unit
    }
    this.#at = at
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.#block.length * 2, this.#at + needed))
    larger.set(this.#block.subarray(0, this.#at))
    this.#block = larger
  }
}

const quote = 0x22
const backslash = 0x5c
const slash = 0x2f
const tilde = 0x7e
const encoder = new TextEncoder()

/** 1 for ASCII that stands for itself in JSON and begins no command of a CI runner. */
const isPlain = new Uint8Array(128).fill(1, 0x20, 0x7f)
for (const special of '"\\#') isPlain[special.charCodeAt(0)] = 0
