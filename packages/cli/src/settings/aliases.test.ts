import { expect, test } from 'vitest'
import { aliasFlags, withoutAliases } from './aliases.ts'

const sync = {
  name: 'vault-sync',
  aliases: { vaultAddr: { flag: 'vault-addr', variable: 'VAULT_ADDR' }, clusterName: { flag: 'cluster-name' } },
}
const other = { name: 'other', aliases: { address: { flag: 'vault-addr' } } }
const plain = { name: 'gc' }
const all = [sync, other, plain]

test('each flag is there once, however many operators know it', () => {
  expect([...aliasFlags(all)]).toEqual([
    ['vault-addr', 'vaultAddr'],
    ['cluster-name', 'clusterName'],
  ])
})

test('of an operator that runs alone the other program’s names are taken as its own', () => {
  const given = { flags: { vaultAddr: 'http://a', logLevel: 'info' }, environment: { VAULT_ADDR: 'http://b' } }
  expect(withoutAliases(given, [sync], all)).toEqual({
    flags: { vaultSyncVaultAddr: 'http://a', logLevel: 'info' },
    environment: { VAULT_ADDR: 'http://b', KUBEWRIGHT_VAULT_SYNC_VAULT_ADDR: 'http://b' },
  })
  expect(withoutAliases({ flags: { vaultAddr: 'http://a' }, environment: {} }, [other], all).flags).toEqual({ otherAddress: 'http://a' })
})

test('our own variable goes first', () => {
  const environment = { VAULT_ADDR: 'http://b', KUBEWRIGHT_VAULT_SYNC_VAULT_ADDR: 'http://own' }
  expect(withoutAliases({ flags: {}, environment }, [sync], all).environment).toEqual(environment)
})

test('with several operators nobody can tell whose it is: variables are left alone, and flags are refused with the ones to give', () => {
  expect(withoutAliases({ flags: {}, environment: { VAULT_ADDR: 'x' } }, [sync, plain], all)).toEqual({
    flags: {},
    environment: { VAULT_ADDR: 'x' },
  })
  const refused = (operators: readonly (typeof all)[number][]) => () =>
    withoutAliases({ flags: { vaultAddr: 'x' }, environment: {} }, operators, all)
  expect(refused([sync, plain])).toThrow(
    '--vault-addr is for an operator that runs alone and has it: write --vault-sync-vault-addr or --other-address',
  )
  expect(refused([plain])).toThrow('--vault-sync-vault-addr')
})

test('both names of one setting are refused', () => {
  const flags = { vaultAddr: 'x', vaultSyncVaultAddr: 'y' }
  expect(() => withoutAliases({ flags, environment: {} }, [sync], all)).toThrow('--vault-addr is --vault-sync-vault-addr: give one of them')
})
