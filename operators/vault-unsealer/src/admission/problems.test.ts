import { describe, expect, test } from 'vitest'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { problemsOf, warningsFor } from './problems.ts'

type Spec = Parameters<typeof VaultUnsealer.of>[0]['spec']

const GOOD: Spec = {
  vault: { url: 'https://vault.vault.svc.cluster.local:8200' },
  unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
  vaultLabelSelector: 'app=vault',
}

const SOURCE = { name: 'keys', key: 'keys' }

const object = (over: Partial<Spec> = {}) =>
  VaultUnsealer.parse(VaultUnsealer.of({ metadata: { name: 'a', namespace: 'ns' }, spec: { ...GOOD, ...over } as Spec }))

test('the original’s sample is good', () => {
  expect(problemsOf(object({ mode: { ha: true }, interval: '60s', keyThreshold: 0 }))).toEqual([])
})

describe('the rules of the original, and those it lacked', () => {
  test.each([
    ['no url', { vault: { url: 'vault' } }, 'spec.vault.url'],
    ['another scheme', { vault: { url: 'ftp://vault:21' } }, 'spec.vault.url'],
    ['a password in the url', { vault: { url: 'https://u:p@vault' } }, 'spec.vault.url'],
    ['plain http', { vault: { url: 'http://vault:8200' } }, 'spec.vault.url'],
    [
      'the same Secret twice',
      {
        unsealKeysSecretRefs: [
          { name: 'a', key: 'k' },
          { name: 'a', key: 'k' },
        ],
      },
      'spec.unsealKeysSecretRefs[1]',
    ],
    [
      'the same, once by its namespace',
      {
        unsealKeysSecretRefs: [
          { name: 'a', key: 'k' },
          { name: 'a', key: 'k', namespace: 'ns' },
        ],
      },
      'spec.unsealKeysSecretRefs[1]',
    ],
    ['a selector that is none', { vaultLabelSelector: 'app in (' }, 'spec.vaultLabelSelector'],
    ['a time zone that is none', { windows: [{ from: '22:00', to: '04:00', timeZone: 'Mars/Base' }] }, 'spec.windows[0].timeZone'],
    [
      'two CAs',
      { vault: { url: 'https://vault', caBundleSecretRef: { name: 'a', key: 'k' }, caBundleConfigMapRef: { name: 'a', key: 'k' } } },
      'spec.vault.caBundleConfigMapRef',
    ],
    [
      'a join that would take the operator’s private key',
      { vault: { url: 'https://vault', clientCertSecretRef: { name: 'client' } }, raft: { join: true } },
      'spec.raft.join',
    ],
    ['more shares needed than there are', { initialize: { shares: 2, threshold: 3, secretRef: SOURCE } }, 'spec.initialize.threshold'],
    ['one share of several that opens all', { initialize: { shares: 2, threshold: 1, secretRef: SOURCE } }, 'spec.initialize.threshold'],
    ['shares kept where nobody looks', { initialize: { secretRef: { name: 'other', key: 'keys' } } }, 'spec.initialize.secretRef'],
    [
      'fewer PGP keys than shares',
      { initialize: { shares: 3, threshold: 2, secretRef: SOURCE, pgpKeys: ['a2V5'], rootTokenPgpKey: 'a2V5' } },
      'spec.initialize.pgpKeys',
    ],
    [
      'shares for others, and a root token for nobody',
      { initialize: { shares: 1, threshold: 1, secretRef: SOURCE, pgpKeys: ['a2V5'] } },
      'spec.initialize.rootTokenPgpKey',
    ],
  ] as const)('%s', (_, over, field) => {
    expect(problemsOf(object(over as Partial<Spec>)).map((problem) => problem.field)).toEqual([field])
  })

  test('a set-based selector is legal, which the original refused', () => {
    expect(problemsOf(object({ vaultLabelSelector: 'app in (vault, openbao),!canary' }))).toEqual([])
  })

  test.each([
    ['no source', { unsealKeysSecretRefs: [] }],
    ['A37: an interval of a second', { interval: '1s' }],
    ['A37: a negative threshold', { keyThreshold: -1 }],
    ['a Secret’s name in upper case', { unsealKeysSecretRefs: [{ name: 'Keys', key: 'k' }] }],
    ['a namespace with a dot', { unsealKeysSecretRefs: [{ name: 'keys', key: 'k', namespace: 'a.b' }] }],
    ['key and prefix', { unsealKeysSecretRefs: [{ name: 'keys', key: 'k', keyPrefix: 'k' }] }],
    ['two ways of discovery', { statefulSetName: 'vault' }],
    ['a file in another folder', { unsealKeysFiles: ['../other/keys'] }],
  ] as const)('the API server itself refuses %s', (_, over) => {
    expect(() => object(over as unknown as Partial<Spec>)).toThrow()
  })
})

test('what is legal and seldom meant is warned of', () => {
  expect(warningsFor(object().spec)).toEqual([])
  const warned = warningsFor(
    object({ keyThreshold: 20, mode: { ha: false }, interval: '5s', vault: { url: 'http://v', allowPlaintext: true } }).spec,
  ).join('\n')
  for (const word of ['keyThreshold', 'ten times', 'mode.ha', 'interval', 'readable']) expect(warned).toContain(word)
})
