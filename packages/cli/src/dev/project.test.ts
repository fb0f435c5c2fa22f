import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectOf } from './project.ts'

function folder(...files: readonly (readonly [string, string])[]): string {
  const root = mkdtempSync(join(tmpdir(), 'kubewright-dev-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of files) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

test('the program is what is named, else the main of package.json, else src/main.ts', () => {
  const root = folder(['package.json', '{"main":"a.ts"}'], ['a.ts', ''], ['src/main.ts', ''])
  expect(projectOf('src/main.ts', root)).toEqual({ file: join(root, 'src/main.ts'), root })
  expect(projectOf(undefined, root).file).toBe(join(root, 'a.ts'))
  const plain = folder(['package.json', '{}'], ['src/main.ts', ''])
  expect(projectOf(undefined, plain)).toEqual({ file: join(plain, 'src/main.ts'), root: plain })
})

test('the project is the folder of the next package.json above', () => {
  const root = folder(['package.json', '{}'], ['deep/er/main.ts', ''])
  expect(projectOf('deep/er/main.ts', root).root).toBe(root)
})

test('a file that is not there is refused, with what to do', () => {
  expect(() => projectOf(undefined, folder())).toThrow(/src\/main\.ts: name the program’s file, or make an operator with kubewright init/)
  expect(() => projectOf('x.ts', folder())).toThrow(/x\.ts: name the program’s file$/)
})
