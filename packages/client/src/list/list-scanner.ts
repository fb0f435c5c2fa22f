import { BACKSLASH, CLOSE_ARRAY, COLON, COMMA, isSpace, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../wire/json-bytes.ts'
import { Pieces } from '../wire/pieces.ts'
import { ItemGuess } from './item-guess.ts'
import { KeyMatcher } from './key-matcher.ts'

/** An object is at most 1.5 MiB in etcd, a list apart from its items a few hundred bytes. What is larger than this is something else. */
const LARGEST_PIECE = 64 * 1024 * 1024

/** The difference between `[` and `{`, and between `]` and `}`: with it set, both of a kind are the same byte. */
const CURLY = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/** Where a byte stands with regard to strings. Numbers, as every byte asks. */
type Text = typeof PLAIN | typeof STRING | typeof ESCAPE
const PLAIN = 0
const STRING = 1
const ESCAPE = 2

/** `head` is all that is outside the array of items. The rest is what comes next in the array. */
type Place = 'head' | 'first item' | 'item' | 'inside item' | 'end of item'

const ITEMS = Buffer.from('items')

/**
 * Cuts the JSON of a list, `{"kind":…,"metadata":…,"items":[…]}` with its keys in any order, into its items and the rest, wherever its chunks
 * begin and end. It looks at brackets, quotes and the keys of the list alone: what a piece says, and whether it may, is its parser's business.
 */
export class ListScanner<T> {
  readonly #decode: (item: Buffer) => T
  #place: Place = 'head'
  #text: Text = PLAIN
  /** Brackets that are open: in the head, or in the item. */
  #depth = 0
  readonly #key = new KeyMatcher(ITEMS)
  #hadItems = false
  readonly #guess = new ItemGuess()
  readonly #head: Pieces
  readonly #item: Pieces

  /** @param decode makes an item of its bytes, which may share memory with the chunk; throws SyntaxError when they are no JSON */
  constructor(decode: (item: Buffer) => T, largest: number = LARGEST_PIECE) {
    this.#decode = decode
    this.#head = new Pieces(largest, 'this is no list of an API server: without its items it is a text')
    this.#item = new Pieces(largest, 'this is no list of an API server: it has an item')
  }

  /**
   * The items that this chunk completes.
   * @throws SyntaxError when the array of items has something else than objects with commas between; RangeError when a piece is too large
   */
  push(chunk: Buffer): T[] {
    const items: T[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#place === 'head') at = this.#scanHead(chunk, at)
      else if (this.#place === 'inside item') at = this.#scanItem(chunk, at, items)
      else at = this.#scanBetween(chunk, at, items)
    }
    return items
  }

  /** The list without its items, `{"kind":…,"metadata":…,"items":[]}`. @throws SyntaxError when the list is not whole */
  finish(): Buffer {
    if (this.#place !== 'head' || this.#depth > 0) throw new SyntaxError('it ends before its end')
    return this.#head.take()
  }

  #scanHead(chunk: Buffer, start: number): number {
    const key = this.#key
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (this.#text !== PLAIN) {
        this.#text = textAfter(this.#text, byte)
        key.inside(byte, this.#text === PLAIN)
      } else if (byte === QUOTE) {
        this.#text = STRING
        if (this.#depth === 1) key.open()
      } else if ((byte | CURLY) === OPEN) {
        if (byte === OPEN_ARRAY && this.#depth === 1 && key.isValueOfMatch) {
          this.#head.add(chunk.subarray(start, at + 1))
          if (this.#hadItems) throw new SyntaxError('it has items twice')
          this.#hadItems = true
          this.#place = 'first item'
          return at + 1
        }
        this.#depth++
        if (this.#depth === 1 && byte === OPEN_OBJECT) key.expect()
      } else if ((byte | CURLY) === CLOSE) this.#depth--
      else if (this.#depth === 1 && byte === COMMA) key.expect()
      else if (this.#depth === 1 && byte === COLON) key.value()
    }
    this.#head.add(chunk.subarray(start))
    return chunk.length
  }

  #scanBetween(chunk: Buffer, at: number, items: T[]): number {
    const byte = chunk[at]
    if (isSpace(byte)) return at + 1
    if (byte === OPEN_OBJECT && this.#place !== 'end of item') {
      const guessed = this.#guess.at(chunk, at, this.#decode)
      if (guessed !== undefined) {
        items.push(guessed.value)
        this.#place = 'end of item'
        return guessed.end
      }
      this.#place = 'inside item'
      this.#depth = 0
      // The item begins with this bracket.
      return at
    }
    if (byte === COMMA && this.#place === 'end of item') this.#place = 'item'
    else if (byte === CLOSE_ARRAY && this.#place !== 'item') {
      this.#place = 'head'
      this.#depth = 1
      this.#head.add(chunk.subarray(at, at + 1))
    } else throw new SyntaxError('its items are not all objects')
    return at + 1
  }

  /** The loop for every byte of an item that was not guessed: nothing in it calls anything. */
  #scanItem(chunk: Buffer, start: number, items: T[]): number {
    const length = chunk.length
    let text: Text = this.#text
    let depth = this.#depth
    for (let at = start; at < length; at++) {
      let byte = chunk[at]!
      if (text === STRING) {
        while (byte !== QUOTE && byte !== BACKSLASH && ++at < length) byte = chunk[at]!
        if (at < length) text = byte === QUOTE ? PLAIN : ESCAPE
      } else if (text === ESCAPE) text = STRING
      else if (byte === QUOTE) text = STRING
      else if ((byte | CURLY) === OPEN) depth++
      else if ((byte | CURLY) === CLOSE && --depth === 0) {
        this.#item.add(chunk.subarray(start, at + 1))
        this.#place = 'end of item'
        this.#text = PLAIN
        const item = this.#item.take()
        items.push(this.#decode(item))
        this.#guess.learn(item)
        return at + 1
      }
    }
    this.#text = text
    this.#depth = depth
    this.#item.add(chunk.subarray(start))
    return length
  }
}

function textAfter(text: Text, byte: number): Text {
  if (text === ESCAPE) return STRING
  return byte === QUOTE ? PLAIN : byte === BACKSLASH ? ESCAPE : STRING
}
