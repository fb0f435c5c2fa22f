// Warnings as they travel from the server to a client: letters of all languages, quotes, and too many of them. The same on both servers.
import { expect, test } from 'vitest'
import { useCluster } from './harness.ts'

const bench = useCluster()

async function warned(fields: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const said: string[] = []
  const client = bench.cluster.client({ onWarning: (text) => said.push(text) })
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'w' }, ...fields }
  await client.request('POST', '/api/v1/namespaces/default/configmaps', { query: { dryRun: 'All', fieldValidation: 'Warn' }, body })
  return said
}

test('letters of all languages arrive as they were sent', async () => {
  expect(await warned({ größe: 1 })).toEqual(['unknown field "größe"'])
  expect(await warned({ 大小: 1 })).toEqual(['unknown field "大小"'])
})

test('quotes and strokes arrive as they were sent', async () => {
  expect(await warned({ 'a"b\\c': 1 })).toEqual(['unknown field "a\\"b\\\\c"'])
})

test('of many long texts the beginnings arrive', async () => {
  const said = await warned(
    Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${String(index).padStart(2, '0')}${'x'.repeat(300)}`, 1])),
  )
  expect(said).toHaveLength(16)
  expect(new Set(said.map(({ length }) => length))).toEqual(new Set([256]))
})
