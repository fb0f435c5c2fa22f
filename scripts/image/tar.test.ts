import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { entriesOf, type TarEntry, tarOf } from './tar.ts'

const FILES: readonly TarEntry[] = [
  { path: 'usr/bin/x', is: 'file', mode: 0o755, content: Buffer.from('x'.repeat(513)) },
  { path: 'bin', is: 'link', target: 'usr/bin' },
  { path: 'tmp', is: 'folder', mode: 0o1777 },
  { path: 'empty', is: 'file', mode: 0o644, content: Buffer.alloc(0) },
]

test('what is written is read again', () => {
  expect([...entriesOf(tarOf(FILES))]).toEqual(FILES.filter(({ is }) => is !== 'folder').toSorted((a, b) => (a.path < b.path ? -1 : 1)))
})

test('the order in which files are given does not matter', () => expect(tarOf(FILES.toReversed())).toEqual(tarOf(FILES)))

test('tar itself unpacks it, with modes, links and the folders above', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync('tar', ['xpf', '-', '-C', folder], { input: tarOf(FILES) })
  expect(readFileSync(join(folder, 'bin', 'x'), 'utf8')).toBe('x'.repeat(513))
  expect(statSync(join(folder, 'usr/bin/x')).mode & 0o7777).toBe(0o755)
  expect(statSync(join(folder, 'tmp')).mode & 0o7777).toBe(0o1777)
  expect(readlinkSync(join(folder, 'bin'))).toBe('usr/bin')
  expect(statSync(join(folder, 'usr/bin/x')).mtimeMs).toBe(0)
})

test('archives of others are read: long names of GNU, prefixes of POSIX, dots before names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const long = `${'d'.repeat(70)}/${'f'.repeat(60)}`
  execFileSync('sh', ['-c', `mkdir -p ${'d'.repeat(70)} && echo hello > ${long}`], { cwd: folder })
  for (const format of ['gnu', 'ustar']) {
    const [entry] = entriesOf(execFileSync('tar', ['cf', '-', `--format=${format}`, `./${long}`], { cwd: folder }))
    expect(entry).toMatchObject({ path: long, is: 'file', content: Buffer.from('hello\n') })
  }
})

test('a path that does not fit is refused', () => {
  expect(() => tarOf([{ path: 'x'.repeat(101), is: 'file', mode: 0o644, content: Buffer.alloc(0) }])).toThrow('too long')
})
