import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConfigurationError, messageOf } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { TEST_CA } from '../test-server/certificates.ts'
import { json, refuse, scriptedServer } from '../test-server/scripted-server.ts'
import { temporaryFolder } from '../test-server/temporary-folder.ts'
import { type ExecRunOptions, type ExecSpec, runExecPlugin } from './exec-plugin.ts'

const V1 = 'client.authentication.k8s.io/v1'
/** A plugin that is a line of JavaScript; `answer(status)` prints an ExecCredential. */
const script = (code: string): ExecSpec => ({
  where: 'f: users[u].user.exec',
  apiVersion: V1,
  command: process.execPath,
  args: ['-e', `const answer = (status) => console.log(JSON.stringify({ apiVersion: '${V1}', kind: 'ExecCredential', status }));${code}`],
  env: {},
  interactiveMode: 'Never',
})
const fails = async (spec: ExecSpec, options: ExecRunOptions = {}) => {
  const error = await runExecPlugin(spec, options).then(
    () => expect.fail('it answered'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return messageOf(error)
}

describe('running a plugin', () => {
  test('C15: its environment is ours, with its own variables and KUBERNETES_EXEC_INFO', async () => {
    const spec = {
      ...script(
        'const { OURS, OWN, KUBERNETES_EXEC_INFO: i } = process.env; answer({ token: [OURS, OWN, JSON.parse(i).spec.cluster.server].join() })',
      ),
    }
    const run = runExecPlugin({ ...spec, env: { OWN: 'own' }, cluster: { server: 'https://a' } }, { environment: { OURS: 'ours' } })
    expect((await run).credentials.authorization).toBe('Bearer ours,own,https://a')
  })

  test('one that is not installed is told with its install hint', async () => {
    const spec = { ...script(''), command: 'no-such-login-plugin', installHint: 'Get it from https://example.dev/login' }
    expect(await fails(spec)).toBe(
      'f: users[u].user.exec: the credential plugin "no-such-login-plugin" is not installed (not found on the PATH). Get it from https://example.dev/login',
    )
  })

  test('one that fails is told with its own words, and never with what it printed as a credential', async () => {
    const message = await fails(script('console.error("session expired: run login"); console.log("hidden"); process.exitCode = 3'))
    expect(message).toContain('failed (exit code 3): session expired: run login')
    expect(message).not.toContain('hidden')
  })

  test('C15: one that hangs is killed', async () => {
    await using folder = await temporaryFolder()
    const clock = virtualClock()
    const alive = join(folder.path, 'alive')
    const failure = fails(script(`fs.writeFileSync(${JSON.stringify(alive)}, String(process.pid)); setInterval(() => {}, 1000)`), { clock })
    while (!existsSync(alive) || readFileSync(alive, 'utf8') === '') await delay(5)
    await clock.advance(59_999)
    const pid = Number(readFileSync(alive, 'utf8'))
    expect(process.kill(pid, 0)).toBe(true)
    await clock.advance(1)
    expect(await failure).toContain('did not answer within 60 s and was killed')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('C15: one that never stops printing is killed', async () => {
    expect(await fails(script('setInterval(() => process.stdout.write("x".repeat(100000)), 1)'))).toContain(
      'printed more than 1048576 bytes',
    )
  })

  test('one that needs a person is refused without a terminal', async () => {
    expect(await fails({ ...script(''), interactiveMode: 'Always' }, { terminal: false })).toContain(
      'interactiveMode Always, and standard input is no terminal',
    )
  })

  test('an abort stops it', async () => {
    const run = runExecPlugin(script('setInterval(() => {}, 1000)'), { signal: AbortSignal.timeout(100) })
    await expect(run).rejects.toThrow('aborted')
  })

  test('an unusable answer names the plugin', async () => {
    expect(await fails(script('console.log("{}")'))).toContain('gave no usable credential: its answer is not of kind ExecCredential')
  })
})

test('C15: through a kubeconfig: relative command, cluster info, one renewal after a 401', async () => {
  await using folder = await temporaryFolder()
  await using server = await scriptedServer(({ headers }, response) =>
    headers.authorization?.startsWith('Bearer 2 ') ? json(response, { fine: true }) : refuse(response, 401, 'Unauthorized'),
  )
  await folder.write(
    'bin/login',
    `#!${process.execPath}
const fs = require('node:fs')
const counter = '${folder.path}/runs'
const runs = (fs.existsSync(counter) ? Number(fs.readFileSync(counter, 'utf8')) : 0) + 1
fs.writeFileSync(counter, String(runs))
const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
const ca = spec.cluster['certificate-authority-data'].slice(0, 4)
console.log(JSON.stringify({ apiVersion: '${V1}', kind: 'ExecCredential', status: { token: [runs, spec.cluster.config.audience, ca, process.argv[2]].join(' ') } }))
`,
    0o755,
  )
  const kubeconfig = {
    clusters: [
      {
        name: 'c',
        cluster: {
          server: server.url,
          'certificate-authority-data': Buffer.from(TEST_CA).toString('base64'),
          extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }],
        },
      },
    ],
    users: [
      {
        name: 'u',
        user: { exec: { apiVersion: V1, command: './bin/login', args: ['arg'], provideClusterInfo: true, interactiveMode: 'Never' } },
      },
    ],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  const client = await connect({ kubeconfig: await folder.write('config', JSON.stringify(kubeconfig)) })
  expect(await client.request('GET', '/x')).toEqual({ fine: true })
  expect(await client.request('GET', '/x')).toEqual({ fine: true })
  expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer 1 me LS0t arg',
    'Bearer 2 me LS0t arg',
    'Bearer 2 me LS0t arg',
  ])
  await client.close()
})
