// Whatever a user imports says in the editor what it is.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportedNames } from './exported-names.ts'

const packages = join(import.meta.dirname, '..', '..', 'packages')

describe.each(['index', 'testing', 'testing-properties', 'apiserver'])('the entry point %s', (entry) => {
  const names = exportedNames(join(packages, 'cli', 'src', `${entry}.ts`), packages)

  test('has names', () => expect(names.length).toBeGreaterThan(0))

  test('has a comment for each of them', () => {
    expect(names.filter(({ comment }) => comment === '').map(({ name, file }) => `${name} of ${file}`)).toEqual([])
  })
})

test('names are found that are declared, listed, renamed, and exported with all others', () => {
  const names = new Set(exportedNames(join(packages, 'cli', 'src', 'index.ts'), packages).map(({ name }) => name))
  expect(['run', 'dashboard', 'ListFieldOptions', 'defineKind', 'isConflict', 'ConfigMap'].filter((name) => !names.has(name))).toEqual([])
  expect(names.has('ListOptions')).toBe(true)
})
