import { expect, test } from 'vitest'
import { apiOf } from './api-report.ts'

function api(files: Readonly<Record<string, string>>): readonly string[] {
  return apiOf('lib/index.d.ts', (path) => {
    const text = files[path]
    if (text === undefined) throw new Error(`there is no ${path}`)
    return text
  })
}

test('names of all files that are passed on, in one order, each once', () => {
  const files = {
    'lib/index.d.ts': "export * from './b.ts';\nexport * from './deep/a.js';\nexport { hidden as shown } from './b.ts';\n",
    'lib/b.d.ts': "export type B = 1;\ndeclare const hidden: 2;\nexport { hidden };\nexport * from './deep/a.js';\n",
    'lib/deep/a.d.ts': "import { B } from '../b.ts';\nexport interface A {\n    b: B;\n}\n",
  }
  expect(api(files)).toEqual([
    'interface A {\n    b: B;\n}',
    'type B = 1;',
    'declare const hidden: 2;',
    'declare const hidden: 2;\nexport { hidden as shown };',
  ])
})

test('what is of another package is named, not told', () =>
  expect(
    api({ 'lib/index.d.ts': "export { z } from 'zod';\nexport * from '@kubewright/core';\nexport * as cel from '@kubewright/cel';\n" }),
  ).toEqual(["export * as cel from '@kubewright/cel';", "export * from '@kubewright/core';", "export { z } from 'zod';"]))

test('of what is made from the sources of Kubernetes the names alone', () =>
  expect(
    api({
      'lib/index.d.ts': "export * from './generated/core-v1.ts';\n",
      'lib/generated/core-v1.d.ts': 'export interface Pod {\n    spec?: PodSpec;\n}\nexport declare const Pod: Kind<Pod>;\n',
    }),
  ).toHaveLength(1))

test('files that pass each other on end', () =>
  expect(api({ 'lib/index.d.ts': "export * from './a.ts';\n", 'lib/a.d.ts': "export * from './index.ts';\nexport type A = 1;\n" })).toEqual(
    ['type A = 1;'],
  ))
