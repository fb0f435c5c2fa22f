import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkGenerated, writeGenerated } from './generated-file.ts'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-generated-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'deep', 'file.yaml')
}

test('what differs is written, and what is right already is left alone', async () => {
  const path = place()
  expect(await writeGenerated([{ path, text: 'a\n' }])).toEqual([path])
  expect(readFileSync(path, 'utf8')).toBe('a\n')
  expect(await writeGenerated([{ path, text: 'a\n' }])).toEqual([])
})

test('a check writes nothing, and says where the first difference is', async () => {
  const path = place()
  await expect(checkGenerated([{ path, text: 'a\n' }])).rejects.toThrow(/file\.yaml is not what the definitions give: it is not there/)
  await writeGenerated([{ path, text: 'a\n' }])
  await expect(checkGenerated([{ path, text: 'a\n' }])).resolves.toBeUndefined()
  writeFileSync(path, 'a\nb: 1\n')
  await expect(checkGenerated([{ path, text: 'a\nb: 2\n' }])).rejects.toThrow(/line 2 is "b: 1" and should be "b: 2"/)
  expect(readFileSync(path, 'utf8')).toBe('a\nb: 1\n')
})

test('a file that has grown differs at its end', async () => {
  const path = place()
  await writeGenerated([{ path, text: 'a\nb\n' }])
  await expect(checkGenerated([{ path, text: 'a\n' }])).rejects.toThrow(/line 2 is "b" and should be ""/)
})

test('a place that cannot be written is named, with the flag', async () => {
  const path = place()
  await writeGenerated([{ path, text: '' }])
  await expect(writeGenerated([{ path: join(path, 'below'), text: 'x' }])).rejects.toThrow(/--out|cannot read/)
})
