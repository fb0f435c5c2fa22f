import { expect, test } from 'vitest'
import { importsOf, objection } from './layers.ts'

const owners = new Map([
  ['packages/core', '@kubewright/core'],
  ['packages/client', '@kubewright/client'],
  ['packages/runtime', '@kubewright/runtime'],
  ['packages/testing', '@kubewright/testing'],
  ['packages/cli', 'kubewright'],
  ['operators/gc', '@kubewright/operator-gc'],
])

const why = (file: string, specifier: string) => objection({ file, line: 1, specifier }, owners)

test('an arrow that points down is fine', () => {
  expect(why('packages/client/src/a.ts', '@kubewright/core')).toBeUndefined()
  expect(why('operators/gc/src/a.ts', 'kubewright')).toBeUndefined()
  expect(why('operators/gc/src/a.ts', 'kubewright/testing')).toBeUndefined()
  expect(why('packages/core/src/a.ts', './b.ts')).toBeUndefined()
  expect(why('packages/core/src/a.ts', 'node:fs')).toBeUndefined()
})

test.each([
  ['packages/core/src/a.ts', '@kubewright/client', /core may not import @kubewright\/client/],
  ['packages/client/src/a.ts', '@kubewright/runtime', /client may not import @kubewright\/runtime/],
  ['operators/gc/src/a.ts', '@kubewright/runtime', /operator-gc may not import @kubewright\/runtime/],
  ['packages/core/src/a.ts', '../../client/src/a.ts', /by path/],
  ['packages/cli/src/index.ts', '@kubewright/operator-gc', /kubewright may not import/],
])('%s must not import %s', (file, specifier, message) => {
  expect(why(file, specifier)).toMatch(message)
})

test('a test may import the testing package, the code beside it may not', () => {
  expect(why('packages/runtime/src/a.test.ts', '@kubewright/testing/virtual-clock')).toBeUndefined()
  expect(why('packages/runtime/src/a.ts', '@kubewright/testing')).toMatch(/may not import/)
})

test('what is there for tests may import the testing package, and nothing else may import it', () => {
  expect(why('packages/runtime/src/fake/client.ts', '@kubewright/testing')).toBeUndefined()
  expect(why('packages/runtime/src/a.test.ts', './fake/client.ts')).toBeUndefined()
  expect(why('packages/runtime/src/a.ts', './fake/client.ts')).toMatch(/tests alone/)
})

test('only the commands know the operators', () => {
  expect(why('packages/cli/src/commands/run.ts', '@kubewright/operator-gc')).toBeUndefined()
})

test('every form of import is seen, with its line', () => {
  const text =
    "import type { A } from './a.ts'\nexport * from '@kubewright/core'\nimport './effect.ts'\nconst b = await import('./b.ts')\nimport {\n  C,\n} from './c.ts'\n"
  expect(importsOf({ path: 'x.ts', text }).map(({ line, specifier }) => `${line} ${specifier}`)).toEqual([
    '1 ./a.ts',
    '2 @kubewright/core',
    '3 ./effect.ts',
    '4 ./b.ts',
    '7 ./c.ts',
  ])
})
