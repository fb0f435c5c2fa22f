import { expect, test } from 'vitest'
import { configurationsAt, definitionsAt } from './webhook-removal.ts'

const OWN = 'https://tunnel.example:443/me'
const configuration = (name: string, ...urls: readonly (string | undefined)[]) => ({
  metadata: { name },
  webhooks: urls.map((url) => ({ clientConfig: url === undefined ? {} : { url } })),
})
const names = (url: string, ...configurations: Parameters<typeof configurationsAt>[1]) =>
  configurationsAt(url, configurations).map(({ metadata }) => metadata.name)

test('only configurations that call nobody else are taken back', () => {
  const all = [
    configuration('own', 'https://tunnel.example/me/validate-x', 'https://tunnel.example:443/me/mutate-x'),
    configuration('mixed', 'https://tunnel.example/me/validate-x', 'https://other.example/me'),
    configuration('service', undefined),
    configuration('other path', 'https://tunnel.example/you/validate-x'),
    configuration('other port', 'https://tunnel.example:8443/me/validate-x'),
    configuration('empty'),
  ]
  expect(names(OWN, ...all)).toEqual(['own'])
})

test('CRDs that are converted there are named', () => {
  const definition = (name: string, url: string) => ({ metadata: { name }, spec: { conversion: { webhook: { clientConfig: { url } } } } })
  const given = [
    definition('a', 'https://tunnel.example/me/convert'),
    definition('b', 'https://b.example/convert'),
    { metadata: { name: 'c' } },
  ]
  expect(definitionsAt(OWN, given)).toEqual(['a'])
})
