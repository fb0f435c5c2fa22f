import { expect, test } from 'vitest'
import { z } from 'zod'
import { environmentName, flagName, prefixedKey } from './names.ts'
import { resolveSettings } from './resolve.ts'

const SCHEMA = z.object({
  logLevel: z.enum(['debug', 'info']).default('info'),
  gcConcurrency: z.int().min(1).default(16),
  namespace: z.array(z.string()).default([]),
  leaderElect: z.boolean().optional(),
})

const resolve = (sources: Partial<Parameters<typeof resolveSettings>[1]>) =>
  resolveSettings(SCHEMA, { flags: {}, environment: {}, ...sources })
const problemsOf = (sources: Partial<Parameters<typeof resolveSettings>[1]>) => {
  try {
    return `resolved to ${JSON.stringify(resolve(sources))}`
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

test('one key has four spellings', () => {
  expect(flagName('healthProbeBindAddress')).toBe('health-probe-bind-address')
  expect(environmentName('healthProbeBindAddress')).toBe('KUBEWRIGHT_HEALTH_PROBE_BIND_ADDRESS')
  expect(prefixedKey('vault-sync', 'vaultAddr')).toBe('vaultSyncVaultAddr')
  expect(flagName(prefixedKey('vault-sync', 'vaultAddr'))).toBe('vault-sync-vault-addr')
})

test('nothing given: the defaults', () => {
  expect(resolve({})).toEqual({ logLevel: 'info', gcConcurrency: 16, namespace: [] })
})

test('a flag wins over the environment, and that over the file', () => {
  const file = { gcConcurrency: 1 }
  const environment = { KUBEWRIGHT_GC_CONCURRENCY: '2' }
  expect(resolve({ file }).gcConcurrency).toBe(1)
  expect(resolve({ file, environment }).gcConcurrency).toBe(2)
  expect(resolve({ file, environment, flags: { gcConcurrency: '3' } }).gcConcurrency).toBe(3)
})

test('lists come repeated, with commas, or both', () => {
  expect(resolve({ flags: { namespace: ['a,b', ' c '] } }).namespace).toEqual(['a', 'b', 'c'])
  expect(resolve({ environment: { KUBEWRIGHT_NAMESPACE: 'x,y' } }).namespace).toEqual(['x', 'y'])
})

test.each([
  ['true', true],
  ['false', false],
])('a boolean flag says %s', (text, value) => {
  expect(resolve({ flags: { leaderElect: text } }).leaderElect).toBe(value)
})

test('an empty variable counts as not set, as shells and charts write it', () => {
  expect(resolve({ environment: { KUBEWRIGHT_LOG_LEVEL: '' } }).logLevel).toBe('info')
})

test('all problems are reported at once, each with its source', () => {
  const problems = problemsOf({
    flags: { gcConcurrency: 'many' },
    environment: { KUBEWRIGHT_LOG_LEVEL: 'loud' },
    file: { leaderElect: 'perhaps', 'gc-concurrency': 4 },
  })
  expect(problems).toEqual([
    expect.stringMatching(/^config file: unknown key "gc-concurrency" \(did you mean "gcConcurrency"\?\)$/),
    '--gc-concurrency: "many" is no number',
    'KUBEWRIGHT_LOG_LEVEL: "loud" is not one of debug, info',
    'config file, leaderElect: must be of type boolean',
  ])
})

test.each([
  ['a key', { file: { logLevl: 'info' } }, 'config file: unknown key "logLevl" (did you mean "logLevel"?)'],
  ['a value', { flags: { logLevel: 'debgu' } }, '--log-level: "debgu" is not one of debug, info (did you mean "debug"?)'],
])('a slip in %s is answered with what was probably meant', (_, sources, problem) => expect(problemsOf(sources)).toEqual([problem]))
