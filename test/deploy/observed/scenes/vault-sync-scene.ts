import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from 'kubewright'
import { eventually, type FakeVault, fakeVault } from 'kubewright/testing'
import { VaultSyncWorld } from '../../../soak/worlds/vault-sync-world.ts'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const NAMESPACE = 'observed-vault-sync'
const PASSWORD = 'not-a-real-password'

/** Secrets that go to Vault; two that want the same path, one that Vault refuses, one left behind; and an operator whose password Vault does not take. */
export async function vaultSyncScene({ cluster, admin, folder }: Stage): Promise<Scene> {
  const world = await VaultSyncWorld.start(admin)
  const closed = await fakeVault({ state: 'dev' })
  const tenant = new PatientTenant(admin, NAMESPACE)
  const [right, wrong] = [join(folder, 'right-password'), join(folder, 'wrong-password')]
  writeFileSync(right, PASSWORD, { mode: 0o600 })
  writeFileSync(wrong, 'another', { mode: 0o600 })
  for (const vault of [world.vault, closed]) await allowOperator(vault)
  const login = (address: string, password: string) => [
    ...[`--vault-sync-vault-addr=${address}`, '--vault-sync-vault-auth-method=userpass'],
    ...['--vault-sync-vault-username=operator', `--vault-sync-vault-password-file=${password}`],
    '--vault-sync-drift-interval=30s',
  ]
  const secret = (name: string, path: string, more: Readonly<Record<string, string>> = {}) =>
    tenant.create(Secret, {
      metadata: { name, annotations: { 'vault-sync.io/path': `secret/${NAMESPACE}/${path}`, ...more } },
      type: 'Opaque',
      stringData: { password: 'not-a-real-password' },
    })
  return {
    programs: [
      { name: 'vault-sync', operators: ['vault-sync'], flags: login(world.vault.address, right), connection: cluster.connection },
      {
        ...{ name: 'locked-out', beside: true, operators: ['vault-sync'], connection: cluster.connection },
        flags: [...login(closed.address, wrong), '--namespace=observed-locked-out', '--no-webhooks'],
      },
    ],
    world,
    async trouble() {
      await tenant.open()
      const locked = new PatientTenant(admin, 'observed-locked-out')
      await locked.open()
      await locked.create(Secret, {
        metadata: { name: 'db', annotations: { 'vault-sync.io/path': 'secret/observed-locked-out/db' } },
        type: 'Opaque',
        stringData: { password: 'not-a-real-password' },
      })
      refuse(world.vault, 'refused')
      await secret('first', 'shared')
      await secret('second', 'shared')
      await secret('refused', 'refused')
      await secret('left', 'left')
      await eventually(() => world.vault.admin('GET', `secret/data/${NAMESPACE}/left`), { timeout: 60_000 })
      refuse(world.vault, 'left')
      await tenant.change(Secret, 'left', { metadata: { annotations: { 'vault-sync.io/force-finalize': 'true' } } })
      await tenant.delete(Secret, 'left')
    },
    async stop() {
      await world.stop()
      await closed.stop()
    },
  }
}

function refuse({ nodes: [node] }: FakeVault, name: string): void {
  const answer = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } }
  node!.fault({ is: 'answer', answer }, { only: ({ path }) => path.endsWith(`${NAMESPACE}/${name}`) })
}

/** Who logs in for twenty seconds at a time, so that there are logins to be seen. */
async function allowOperator(vault: Pick<FakeVault, 'admin'>): Promise<void> {
  const policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "patch"] }'
  await vault.admin('PUT', 'sys/policies/acl/operator', { policy })
  await vault.admin('POST', 'sys/auth/userpass', { type: 'userpass' })
  await vault.admin('POST', 'auth/userpass/users/operator', {
    password: PASSWORD,
    token_policies: ['operator'],
    token_ttl: '20s',
    token_max_ttl: '20s',
  })
}
