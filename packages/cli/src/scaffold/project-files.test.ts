import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFile } from '../package-file.ts'
import { namesFor } from './names.ts'
import { refuseOccupied, writeProject } from './project-files.ts'

function empty(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-project-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('what is in a folder stays: only an empty one, or none yet, is taken', () => {
  const folder = empty()
  expect(() => refuseOccupied(folder)).not.toThrow()
  expect(() => refuseOccupied(join(folder, 'new'))).not.toThrow()
  mkdirSync(join(folder, '.git'))
  expect(() => refuseOccupied(folder)).not.toThrow()
  writeFileSync(join(folder, 'notes'), '')
  expect(() => refuseOccupied(folder)).toThrow(/is not empty, notes is in it/)
  expect(() => refuseOccupied(join(folder, 'notes'))).toThrow(/is a file/)
})

test('the project has what a project needs, and the archives when there are some', () => {
  const folder = empty()
  const archive = join(empty(), 'kubewright-0.1.0.tgz')
  writeFileSync(archive, 'an archive')
  const names = namesFor({ folder: 'shop' }, () => false)
  const files = writeProject(packageFile('templates', 'operator'), folder, names, {
    from: 'archives',
    archives: new Map([['kubewright', archive]]),
  })
  for (const file of [
    '.github/workflows/ci.yaml',
    '.gitignore',
    'Dockerfile',
    'chart/Chart.yaml',
    'package.json',
    'src/main.ts',
    'src/shop.test.ts',
  ])
    expect(files).toContain(file)
  for (const file of files) expect(existsSync(join(folder, file))).toBe(true)
  expect(readFileSync(join(folder, 'vendor', 'kubewright-0.1.0.tgz'), 'utf8')).toBe('an archive')
  expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toMatch(/^COPY vendor vendor$/m)
})
