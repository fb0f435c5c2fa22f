import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StoredObject, WriteRecord } from '../record.ts'
import { DataDirectory } from './data-directory.ts'

let path: string
const lines: string[] = []
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'kubewright-data-')), 'data')
  lines.length = 0
})
afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }))

const open = (snapshotAfter?: number) =>
  new DataDirectory({ path, log: (line) => lines.push(line), ...(snapshotAfter && { snapshotAfter }) })

const put = (key: string, revision: number, value: unknown = revision): StoredObject => ({
  resource: '/pods',
  key,
  revision,
  object: { metadata: { name: key }, value },
})
const gone = (key: string, revision: number): WriteRecord => ({ resource: '/pods', key, revision })

/** Opens, looks, closes. */
async function held(): Promise<readonly StoredObject[]> {
  const directory = open()
  try {
    return directory.contents.take()
  } finally {
    await directory.close()
  }
}

const journals = () => readdirSync(path).filter((name) => name.endsWith('.journal'))
const snapshots = () => readdirSync(path).filter((name) => name.endsWith('.snapshot'))

describe('what was appended', () => {
  test('is there when the directory is opened again, oldest first, as it was last', async () => {
    const directory = open()
    for (const record of [put('a', 1), put('b', 2), put('c', 3), put('a', 4, 'new'), gone('b', 5)]) directory.append(record)
    await directory.synced()
    await directory.close()
    expect(await held()).toEqual([put('c', 3), put('a', 4, 'new')])
    const again = open()
    expect(again.contents.revision).toBe(5)
    await again.close()
  })

  test('is there although nobody closed the directory', async () => {
    open().append(put('a', 1))
    // The process is gone, and its lock with it.
    rmSync(join(path, 'lock'))
    expect(await held()).toEqual([put('a', 1)])
  })

  test('can be read by nobody else', async () => {
    const directory = open()
    directory.append(put('a', 1))
    await directory.close()
    expect(statSync(path).mode & 0o077).toBe(0)
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o077).toBe(0)
  })
})

describe('after a crash', () => {
  test('a last line that was torn is cut off, wherever it was torn, and writing goes on behind the whole ones', async () => {
    const directory = open()
    directory.append(put('a', 1))
    directory.append(put('b', 2))
    await directory.close()
    const [journal] = journals()
    const file = join(path, journal!)
    const whole = readFileSync(file)
    const first = whole.indexOf('\n') + 1
    for (let end = first; end < whole.length; end++) {
      writeFileSync(file, whole.subarray(0, end))
      const again = open()
      expect(again.contents.take()).toEqual([put('a', 1)])
      again.append(put('c', 3))
      await again.close()
      expect(await held()).toEqual([put('a', 1), put('c', 3)])
    }
  })

  test('a snapshot that was not finished is no snapshot, and is removed', async () => {
    const directory = open()
    directory.append(put('a', 1))
    await directory.close()
    writeFileSync(join(path, '0000000000000001.snapshot.unfinished'), 'half')
    expect(await held()).toEqual([put('a', 1)])
    expect(readdirSync(path).filter((name) => name.endsWith('.unfinished'))).toEqual([])
  })

  test('whatever was acknowledged is there, with snapshots at any time and an end at any byte behind it', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      isGone: fc.boolean(),
      snapshotAfter: fc.constantFrom(1, 200, 10_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat({ max: 60 }), async (steps, torn) => {
        rmSync(path, { recursive: true, force: true })
        const expected = new Map<string, StoredObject>()
        let revision = 0
        for (const { key, isGone, snapshotAfter } of steps) {
          const directory = open(snapshotAfter)
          revision++
          if (isGone) expected.delete(key)
          else expected.set(key, put(key, revision))
          directory.append(isGone ? gone(key, revision) : put(key, revision))
          directory.tidy(revision, () => [...expected.values()])
          await directory.close()
          // What a crash leaves of a write that was under way.
          const file = join(path, journals().at(-1)!)
          appendFileSync(file, `1234abcd ${JSON.stringify(put('never', 99))}`.slice(0, torn))
        }
        expect(await held()).toEqual([...expected.values()].sort((a, b) => a.revision - b.revision))
      }),
      { numRuns: 20 },
    )
  })
})

describe('a snapshot', () => {
  test('replaces the journals before it', async () => {
    const directory = open(1)
    directory.append(put('a', 1))
    directory.tidy(1, () => [put('a', 1)])
    directory.append(put('b', 2))
    await directory.close()
    expect(snapshots()).toEqual(['0000000000000001.snapshot'])
    expect(journals()).toEqual(['0000000000000001.journal'])
    expect(await held()).toEqual([put('a', 1), put('b', 2)])
  })

  test('that could not be made leaves the journals, says so, and is made later', async () => {
    const directory = open(1)
    directory.append(put('a', 1))
    directory.tidy(1, function* () {
      yield put('a', 1)
      throw new Error('no state to be had')
    })
    await directory.close()
    expect(lines).toEqual(['apiserver: no snapshot could be made: no state to be had'])
    expect(await held()).toEqual([put('a', 1)])
    const again = open(1)
    again.append(put('b', 2))
    again.tidy(2, () => [put('a', 1), put('b', 2)])
    await again.close()
    expect(snapshots()).toHaveLength(1)
    expect(await held()).toEqual([put('a', 1), put('b', 2)])
  })

  test('of which the end is missing is refused, and nothing is thrown away', async () => {
    const directory = open(1)
    directory.append(put('a', 1))
    directory.tidy(1, () => [put('a', 1)])
    await directory.close()
    const file = join(path, snapshots()[0]!)
    writeFileSync(file, readFileSync(file).subarray(0, 20))
    expect(() => open()).toThrow(`${file} is damaged at byte 0, and what follows it cannot be trusted: restore the directory from a copy`)
    expect(existsSync(file)).toBe(true)
  })
})

test('damage before the end is refused with file and place, and nothing is thrown away', async () => {
  const directory = open()
  for (const record of [put('a', 1), put('b', 2), put('c', 3)]) directory.append(record)
  await directory.close()
  const file = join(path, journals()[0]!)
  const bytes = readFileSync(file)
  const second = bytes.indexOf('\n') + 1
  bytes.writeUInt8(0x58, second + 20)
  writeFileSync(file, bytes)
  expect(() => open()).toThrow(`${file} is damaged at byte ${second}`)
  expect(readFileSync(file)).toEqual(bytes)
})

describe('a directory', () => {
  test('that a server uses is refused to another one, until that has stopped', async () => {
    const directory = open()
    expect(() => open()).toThrow(`${path} is in use by process ${process.pid}: stop it, or give another --data-dir`)
    await directory.close()
    await open().close()
  })

  test.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1, began: 0 }],
    ['of an earlier process of the same number', { pid: process.pid, began: 0 }],
    ['that says nothing', undefined],
  ])('with a lock %s can be used', async (_, holder) => {
    await open().close()
    writeFileSync(join(path, 'lock'), JSON.stringify(holder) ?? '')
    await open().close()
    expect(existsSync(join(path, 'lock'))).toBe(false)
  })

  test('that cannot be made is refused by the name of the flag', () => {
    writeFileSync(join(path, '..', 'data'), 'a file')
    expect(() => open()).toThrow(/^--data-dir: .* cannot be used: EEXIST/)
  })
})
