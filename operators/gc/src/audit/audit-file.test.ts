import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from 'kubewright'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { auditLog, type DeletionRecord } from './audit.ts'
import { AuditFile } from './audit-file.ts'

let folder: string
let said: { readonly text: string; readonly fields: Readonly<Record<string, unknown>> }[]
const log = { ...silentLogger, error: (text: string, fields = {}) => said.push({ text, fields }) }

beforeEach(async () => {
  said = []
  folder = await mkdtemp(join(tmpdir(), 'kubewright-audit-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

const record = (name: string, over: Partial<DeletionRecord> = {}): DeletionRecord => ({
  time: '2026-01-01T00:00:00.000000Z',
  policy: 'team/p',
  policyUid: 'p',
  generation: 1,
  author: 'ann',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'team',
  name,
  uid: `uid-${name}`,
  resourceVersion: '7',
  reason: 'created 60s ago',
  due: undefined,
  propagationPolicy: 'Background',
  backup: undefined,
  outcome: 'gone',
  message: undefined,
  milliseconds: 3,
  ...over,
})
const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as DeletionRecord)

test('each record is a line of JSON in the order in which it came, and the last of them are written at the end', async () => {
  const path = join(folder, 'audit.jsonl')
  const file = new AuditFile(path, log)
  file.sink(record('before-it-runs'))
  const stop = new AbortController()
  const running = file.run(stop.signal)
  for (let n = 0; n < 500; n++) file.sink(record(`o${n}`))
  stop.abort(new Error('over'))
  file.sink(record('under way when it was told to stop'))
  await running
  const names = (await linesOf(path)).map(({ name }) => name)
  expect(names.slice(0, 3)).toEqual(['before-it-runs', 'o0', 'o1'])
  expect(names.at(-1)).toBe('under way when it was told to stop')
  expect(names).toHaveLength(502)
  expect(said).toEqual([])
})

test('a name with a line break is still one line', async () => {
  const path = join(folder, 'audit.jsonl')
  const file = new AuditFile(path, log)
  file.sink(record('a', { message: 'first\nsecond' }))
  const stop = new AbortController()
  stop.abort(new Error('over'))
  await file.run(stop.signal)
  expect(await linesOf(path)).toMatchObject([{ name: 'a', message: 'first\nsecond' }])
})

test('what was there stays, and only the operator may read it', async () => {
  const path = join(folder, 'audit.jsonl')
  for (const name of ['first', 'second']) {
    const file = new AuditFile(path, log)
    file.sink(record(name))
    const stop = new AbortController()
    stop.abort(new Error('over'))
    await file.run(stop.signal)
  }
  expect((await linesOf(path)).map(({ name }) => name)).toEqual(['first', 'second'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a file that cannot be opened ends the operator: nobody would have known', async () => {
  await expect(new AuditFile(join(folder, 'no', 'such', 'folder'), log).run(new AbortController().signal)).rejects.toThrow('ENOENT')
})

test('records that a slow disk does not take are given up, the oldest first, and that is said', async () => {
  const path = join(folder, 'audit.jsonl')
  const file = new AuditFile(path, log)
  for (let n = 0; n < 10_007; n++) file.sink(record(`o${n}`))
  const stop = new AbortController()
  stop.abort(new Error('over'))
  await file.run(stop.signal)
  const lines = await linesOf(path)
  expect(lines).toHaveLength(10_000)
  expect(lines[0]!.name).toBe('o7')
  expect(said).toEqual([{ text: expect.stringContaining('lost') as unknown, fields: expect.objectContaining({ lost: 7 }) as unknown }])
})

test('in the log a deletion is a line of its own', () => {
  const lines: unknown[] = []
  auditLog({ ...silentLogger, info: (text, fields) => lines.push({ text, ...fields }) })(record('a', { backup: 'team/gc-backup-a' }))
  expect(lines).toEqual([
    expect.objectContaining({ text: 'deletion', audit: true, name: 'a', backup: 'team/gc-backup-a', outcome: 'gone' }),
  ])
})
