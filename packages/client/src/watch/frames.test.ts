import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameSplitter } from './frames.ts'

function split(chunks: readonly Buffer[], largest?: number): { frames: string[]; rest: string } {
  const splitter = new FrameSplitter(largest)
  const frames = chunks.flatMap((chunk) => splitter.push(chunk)).map((frame) => frame.toString('utf8'))
  return { frames, rest: splitter.rest().toString('utf8') }
}

/** Cuts bytes at the given places. */
function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length))
}

describe('a stream of bytes is cut at its newlines', () => {
  test.each<[string, string[], string[], string]>([
    ['one frame in one chunk', ['{"a":1}\n'], ['{"a":1}'], ''],
    ['two frames in one chunk', ['1\n2\n'], ['1', '2'], ''],
    ['one frame in three chunks', ['{"a"', ':', '1}\n'], ['{"a":1}'], ''],
    ['a newline that comes alone', ['1', '\n'], ['1'], ''],
    ['empty lines are no frames', ['\n\n1\n\n'], ['1'], ''],
    ['what has no newline yet is the rest', ['1\n2'], ['1'], '2'],
    ['nothing at all', [], [], ''],
  ])('%s', (_name, chunks, frames, rest) => {
    expect(split(chunks.map((chunk) => Buffer.from(chunk)))).toEqual({ frames, rest })
  })

  test('wherever the chunks end, also inside a character, the frames are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), fc.array(fc.nat()), (texts, cuts) => {
        const lines = texts.map((text) => JSON.stringify(text))
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        expect(split(chunked(bytes, cuts))).toEqual({ frames: lines, rest: '' })
      }),
    )
  })

  test('a frame of the largest size passes, one byte more is no watch stream', () => {
    expect(split([Buffer.from('12345\n')], 5).frames).toEqual(['12345'])
    expect(() => split([Buffer.from('123'), Buffer.from('456')], 5)).toThrow('a frame of more than 5 bytes')
  })

  test('the limit is for a frame and not for the stream', () => {
    expect(split([Buffer.from('12345\n12345\n12345\n')], 5).frames).toHaveLength(3)
  })

  test('a frame in many small chunks is joined once, not once a chunk', () => {
    const splitter = new FrameSplitter()
    const piece = Buffer.alloc(64, 0x61)
    for (let count = 0; count < 100_000; count++) splitter.push(piece)
    expect(splitter.push(Buffer.from('\n'))[0]).toHaveLength(6_400_000)
  })
})
