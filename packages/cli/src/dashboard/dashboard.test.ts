import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Manager, type Runnable, SecretValues } from '@kubewright/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { dashboard } from './dashboard.ts'
import { addProgramDashboard } from './program-dashboard.ts'

test.each([
  [{ bindAddress: ':8090' }, /everybody can reach that address: give an address such as 127.0.0.1:8090/],
  [{ bindAddress: '0.0.0.0:8090' }, /--dashboard-token-file/],
  [{ bindAddress: '0' }, /is off/],
  [{ bindAddress: 'here' }, /no address/],
])('%j is refused', (options, why) => {
  expect(() => dashboard(options)).toThrow(why)
})

test('every replica serves it, leader or not', () => {
  expect(dashboard({ bindAddress: '[::1]:0' })).toMatchObject({ name: 'dashboard', needsLeaderElection: false })
})

function added(settings: Parameters<typeof addProgramDashboard>[2]) {
  const runnables: Runnable[] = []
  const secrets = new SecretValues()
  const manager = { add: (runnable: Runnable) => void runnables.push(runnable), log: { secrets } } as unknown as Manager
  const parts = { name: 'p', operators: [], controllers: [], webhooks: [], conversions: [] }
  return { runnables, secrets, done: addProgramDashboard(manager, parts, settings) }
}

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-token-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'token')
  writeFileSync(path, text)
  return path
}

test('off by default: nothing is added', async () => {
  const { runnables, done } = added({ dashboardBindAddress: '0' })
  await done
  expect(runnables).toEqual([])
})

test('a token opens other addresses, and is never logged', async () => {
  const token = 'f00dfeedf00dfeed'
  const { runnables, secrets, done } = added({ dashboardBindAddress: ':0', dashboardTokenFile: file(`${token}\n`) })
  await done
  expect(runnables.map(({ name }) => name)).toEqual(['dashboard'])
  expect(secrets.hide(`it is ${token}`)).not.toContain(token)
})

test('the token of actions is never logged either, and opens nothing', async () => {
  const token = 'f00dfeedf00dfeed'
  const { secrets, done } = added({ dashboardBindAddress: '127.0.0.1:0', dashboardActionsTokenFile: file(token) })
  await done
  expect(secrets.hide(`it is ${token}`)).not.toContain(token)
  await expect(added({ dashboardBindAddress: ':0', dashboardActionsTokenFile: file(token) }).done).rejects.toThrow('--dashboard-token-file')
})

test('what opens the page must not be what acts', async () => {
  const same = file('f00dfeedf00dfeed')
  const settings = { dashboardBindAddress: ':0', dashboardTokenFile: same, dashboardActionsTokenFile: same }
  await expect(added(settings).done).rejects.toThrow(/whoever may look could act/)
})

test.each([
  [
    'a token of actions without a dashboard',
    () => ({ dashboardBindAddress: '0', dashboardActionsTokenFile: '/x' }),
    /--dashboard-actions-token-file is for the dashboard/,
  ],
  [
    'a short token of actions',
    () => ({ dashboardBindAddress: '127.0.0.1:0', dashboardActionsTokenFile: file('short') }),
    /--dashboard-actions-token-file ".*" must hold one word/,
  ],
  ['a token without a dashboard', () => ({ dashboardBindAddress: '0', dashboardTokenFile: '/x' }), /give --dashboard-bind-address too/],
  ['a file that is not there', () => ({ dashboardBindAddress: ':0', dashboardTokenFile: '/nowhere/token' }), /cannot be read: ENOENT/],
  ['an empty file', () => ({ dashboardBindAddress: ':0', dashboardTokenFile: file('') }), /one word of 16 characters or more/],
  [
    'several words',
    () => ({ dashboardBindAddress: ':0', dashboardTokenFile: file('this is a sentence') }),
    /one word of 16 characters or more/,
  ],
])('%s is refused', async (_, settings, why) => {
  await expect(added(settings()).done).rejects.toThrow(why)
})
