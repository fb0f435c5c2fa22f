import { expect, test } from 'vitest'
import { lackOf, serverFindings, tokenFindings } from './findings.ts'

const server = (over: Partial<Parameters<typeof serverFindings>[1]>) =>
  serverFindings('vault', { state: 'active', skewMs: 0, address: 'https://vault:8200', ...over }).map(
    ({ level, problem }) => `${level} ${problem}`,
  )

test.each<[string, Parameters<typeof server>[0], readonly RegExp[]]>([
  ['all well', {}, []],
  ['sealed', { state: 'sealed' }, [/^error it is sealed/]],
  ['not initialized', { state: 'notInitialized' }, [/^error it is not initialized/]],
  ['a minute apart, which Vault allows', { skewMs: 60_000 }, []],
  ['two minutes behind', { skewMs: 120_000 }, [/^error its clock is 120 s behind this machine/]],
  ['two minutes ahead', { skewMs: -120_000 }, [/^error its clock is 120 s ahead of this machine/]],
  ['in the clear', { address: 'http://vault:8200' }, [/^warning .* in the clear/]],
  ['in the clear, and only here', { address: 'http://127.0.0.1:8200' }, []],
])('a server: %s', (_, over, expected) => {
  const found = server(over)
  expect(found).toHaveLength(expected.length)
  for (const [at, pattern] of expected.entries()) expect(found[at]).toMatch(pattern)
})

test.each<[string, Parameters<typeof tokenFindings>[1], readonly RegExp[]]>([
  ['an hour', { creationTtl: 3_600, renewable: true, policies: ['default', 'sync'] }, []],
  ['for ever', { creationTtl: 0, renewable: false, policies: ['sync'] }, []],
  ['seconds', { creationTtl: 20, renewable: true, policies: ['sync'] }, [/live 20 s/]],
  ['root', { creationTtl: 0, renewable: false, policies: ['root'] }, [/root token/]],
  ['without the policy "default"', undefined, [/may not look at itself/]],
])('a token: %s', (_, facts, expected) => {
  const found = tokenFindings('vault', facts)
  expect(found).toHaveLength(expected.length)
  for (const [at, pattern] of expected.entries()) expect(found[at]?.problem).toMatch(pattern)
})

test('what lacks is told path by path; root lacks nothing', () => {
  const needs = [
    { path: 'secret/data/a', capabilities: ['create', 'update'] },
    { path: 'secret/metadata/a', capabilities: ['patch', 'read'] },
    { path: 'other/data/a', capabilities: ['create'] },
  ]
  const has = new Map([
    ['secret/data/a', ['create']],
    ['secret/metadata/a', ['read', 'patch', 'list']],
    ['other/data/a', ['root']],
  ])
  expect(lackOf('vault', needs, has, 'mend').map(({ problem }) => problem)).toEqual(['its token may not update at secret/data/a'])
  expect(lackOf('vault', needs.slice(2), new Map(), 'mend')).toHaveLength(1)
})
