import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WriteRecord } from '../record.ts'
import { lineOf } from './line.ts'

/** Bytes handed to the file system at once; between two such pieces others have their turn. */
const PIECE = 1024 * 1024

/** The last line of a snapshot. Without it the file is not whole. */
export interface End {
  readonly end: number
}

export const isEnd = (value: unknown): value is End => typeof (value as Partial<End>).end === 'number'

/** Writes a snapshot beside its place and moves it there when it is whole and on the disk. @throws whatever the file system says; nothing is left then */
export async function writeSnapshot(path: string, records: Iterable<WriteRecord>): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`
  try {
    const file = await open(unfinished, 'w', 0o600)
    try {
      for (const piece of piecesOf(records)) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** How a file is called that a crash has left unfinished. */
export const UNFINISHED = '.unfinished'

function* piecesOf(records: Iterable<WriteRecord>): Generator<Buffer> {
  let lines: Buffer[] = []
  let size = 0
  let count = 0
  for (const record of records) {
    const line = lineOf(record)
    lines.push(line)
    size += line.length
    count++
    if (size < PIECE) continue
    yield Buffer.concat(lines)
    lines = []
    size = 0
  }
  yield Buffer.concat([...lines, lineOf({ end: count } satisfies End)])
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
