// envtest starts two programs and knows nothing of what they are. What it does to them is done here; then an ordinary suite in Go runs on ours as it
// runs on upstream's.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Authority } from '@kubewright/core/certificates'
import { eventually, findServers, freePorts, serverKindOf } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import { test } from './program.ts'

const GO_PROJECT = join(import.meta.dirname, '..', 'envtest-go')

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-envtest-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function assetsBy(kubewright: (args: readonly string[]) => { readonly ended: Promise<unknown> }): Promise<string> {
  const folder = join(temporary(), 'assets')
  expect(await kubewright(['envtest', folder]).ended).toBe(0)
  return folder
}

/** Its process group is its own, as envtest's are. */
function started(file: string, args: readonly string[]) {
  const child = spawn(file, args, { stdio: 'ignore' })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { ended, stop: () => child.kill('SIGTERM') }
}

test('etcd and kube-apiserver start with envtest’s flags and certificates, know its users, and stop when they are asked to', async ({
  kubewright,
}) => {
  const assets = await assetsBy(kubewright)
  const certs = temporary()
  const [etcdPort, peerPort, port] = await freePorts(3)
  const authority = new Authority(Date.now())
  const serving = authority.server(['127.0.0.1', 'localhost'])
  const files = {
    'apiserver.crt': serving.cert,
    'apiserver.key': serving.key,
    'client-cert-auth-ca.crt': authority.cert,
    'sa-signer.crt': serving.cert,
    'sa-signer.key': serving.key,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(certs, name), text)

  const etcd = started(join(assets, 'etcd'), [
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--data-dir=${certs}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync=true',
  ])
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${etcdPort}/health`)).status).toBe(200), { timeout: 60_000 })
  const server = started(join(assets, 'kube-apiserver'), [
    '--allow-privileged=true',
    '--authorization-mode=RBAC',
    '--bind-address=127.0.0.1',
    `--cert-dir=${certs}`,
    `--client-ca-file=${join(certs, 'client-cert-auth-ca.crt')}`,
    '--disable-admission-plugins=ServiceAccount',
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--secure-port=${port}`,
    `--service-account-issuer=https://127.0.0.1:${port}/`,
    `--service-account-key-file=${join(certs, 'sa-signer.crt')}`,
    `--service-account-signing-key-file=${join(certs, 'sa-signer.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
  ])

  /** As a user with a certificate of envtest's authority; without a name, as nobody. */
  const send = async (method: string, path: string, user?: readonly [name: string, ...groups: string[]], body?: object) => {
    const credentials = user === undefined ? {} : authority.client(user[0], user.slice(1))
    const asked = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      ca: authority.cert,
      ...credentials,
      agent: false,
      headers: { 'content-type': 'application/json' },
    })
    asked.end(body === undefined ? undefined : JSON.stringify(body))
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return { code: answer.statusCode, body: Buffer.concat(await answer.toArray()).toString() }
  }
  // Verified by the certificate in --cert-dir, without credentials: so does envtest look whether it is up.
  await eventually(async () => expect((await send('GET', '/healthz')).code).toBe(200), { timeout: 60_000 })
  const admin = ['admin', 'system:masters'] as const
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }
  expect((await send('POST', '/api/v1/namespaces/default/configmaps', admin, map)).code).toBe(201)
  expect((await send('GET', '/api/v1/namespaces/default/configmaps', ['eve', 'visitors'])).code).toBe(403)
  // Nobody works behind it, as nobody does behind envtest's.
  expect((await send('GET', '/api/v1/namespaces/default/serviceaccounts/default', admin)).code).toBe(404)
  for (const program of [server, etcd]) {
    program.stop()
    expect(await program.ended).toEqual([0, null])
  }
})

test('a certificate that is not there is made in --cert-dir, with its authority behind it', async ({ kubewright }) => {
  const certs = join(temporary(), 'certs')
  const program = kubewright(['apiserver', '--secure-port=0', `--cert-dir=${certs}`, '--etcd-servers=http://127.0.0.1:1'])
  const [, url] = await program.says(/^server: (.*)$/)
  await program.says(/of no effect on the embedded API server: --etcd-servers/)
  const asked = request(new URL('/livez', url), { ca: readFileSync(join(certs, 'apiserver.crt')), agent: false })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.socket).toMatchObject({ authorized: true })
})

test('a flag that kube-apiserver does not know is refused', async ({ kubewright }) => {
  const program = kubewright(['apiserver', '--etcd-serverz=x'])
  expect(await program.ended).toBe(2)
  expect(program.stderr.join('\n')).toContain('--etcd-serverz')
})

test.for(['embedded', 'upstream'] as const)(
  'an ordinary suite of envtest in Go, unchanged, on the %s programs',
  { timeout: 900_000 },
  async (whose, { kubewright, skip }) => {
    if (serverKindOf(process.env['KUBEWRIGHT_TEST_SERVER']) === 'embedded')
      skip('it needs Go and its modules, and upstream’s programs to compare with: `npm run test:real` runs it')
    const assets = whose === 'embedded' ? await assetsBy(kubewright) : findServers(['etcd', 'kube-apiserver'])
    const { stdout } = await promisify(execFile)('go', ['test', '-count=1', '-vet=off', '-v', '.'], {
      cwd: GO_PROJECT,
      env: { ...process.env, KUBEBUILDER_ASSETS: assets },
    })
    expect([...stdout.matchAll(/^--- (\w+): (\w+)/gm)].map(([, verdict]) => verdict)).toEqual(Array.from({ length: 6 }, () => 'PASS'))
    process.stdout.write(
      `envtest on the ${whose} programs: ${/^started in.*$/m.exec(stdout)?.[0]}, ${/^stopped in.*$/m.exec(stdout)?.[0]}\n`,
    )
  },
)
