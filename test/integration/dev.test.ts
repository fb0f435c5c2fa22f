// `kubewright dev` with a user's program: on its own server, and on a cluster that is named (this suite's, embedded or real).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '@kubewright/client'
import { eventually, freePorts } from '@kubewright/testing'
import { expect } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { type Program, test } from './program.ts'
import { noticeProgram, userProject } from './user-program.ts'

const bench = useCluster()
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
const kindIn = (group: string) => ({ group, version: 'v1', kind: 'Notice', plural: 'notices', namespaced: true })
const notice = (group: string, name: string, title = 'good') => ({
  apiVersion: `${group}/v1`,
  kind: 'Notice',
  metadata: { namespace: 'default', name },
  spec: { title },
})
const times = (program: Program, pattern: RegExp) => [...program.stdout, ...program.stderr].filter((line) => pattern.test(line)).length
const patient = { timeout: 30_000 }

test('a program is run on a server of its own; after a change it is the new one, and the data are still there', async ({ kubewright }) => {
  const group = 'own.example.dev'
  const project = userProject({ 'src/main.ts': noticeProgram('one', group) })
  const program = kubewright(['dev', project.path('src/main.ts'), '--no-type-check'])
  const [, kubeconfig = ''] = await program.says(/^kubeconfig: (.*)$/)
  expect(kubeconfig).toBe(join(project.root, '.kubewright', 'kubeconfig'))
  await program.says(/^live in \d+ ms$/)
  const client = await connect({ kubeconfig })
  try {
    const notices = await client.resource(kindIn(group))
    await notices.create(notice(group, 'a') as never)
    const word = async () => ((await notices.get({ namespace: 'default', name: 'a' })) as { status?: { word?: string } }).status?.word
    await eventually(async () => expect(await word()).toBe('one'), patient)
    // Its webhook is asked.
    expect(await failure(notices.create(notice(group, 'b', 'bad') as never))).toMatchObject({ code: 422 })

    project.write('src/main.ts', noticeProgram('two', group))
    await program.says(/^live again \d+ ms after the change$/)
    await eventually(async () => expect(await word()).toBe('two'), patient)
    expect(await failure(notices.create(notice(group, 'b', 'bad') as never))).toMatchObject({ code: 422 })

    // Another schema: the CRD follows.
    project.write(
      'src/main.ts',
      noticeProgram('two', group).replace('max(100) }),', 'max(100), colour: z.string().max(9).default("red") }),'),
    )
    await eventually(() => expect(times(program, /^live again/)).toBe(2), patient)
    await notices.create(notice(group, 'c') as never)
    expect(await notices.get({ namespace: 'default', name: 'c' })).toMatchObject({ spec: { colour: 'red' } })
  } finally {
    await client.close()
  }
  program.kill('SIGINT')
  expect(await program.ended).toBe(0)
})

test('a crash is shown with its stack, and the next change starts the program again', async ({ kubewright }) => {
  const project = userProject({ 'src/main.ts': `import './part.ts'\n`, 'src/part.ts': `throw new Error('boom')\n` })
  const program = kubewright(['dev', project.path('src/main.ts'), '--no-type-check'])
  await program.says(/^Error: boom$/)
  await program.says(/part\.ts:1:7/)
  await program.says(/the program has ended \(exit code 1\); the next change starts it again/)
  project.write('src/part.ts', noticeProgram('mended', 'crash.example.dev'))
  await program.says(/^live again/)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
})

test('type errors are told, and stop nothing', async ({ kubewright }) => {
  const source = noticeProgram('one', 'types.example.dev')
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
  }
  const project = userProject({
    'src/main.ts': `import './part.ts'\n${source}`,
    'src/part.ts': 'export const port: number = "eighty"\n',
    // The rest of the project would take the library's own sources into the check.
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['src/part.ts'] }),
  })
  const program = kubewright(['dev', project.path('src/main.ts')])
  await program.says(/^live in/)
  await program.says(/part\.ts\(1,14\): error TS2322/, { timeout: 60_000 })
  project.write('src/part.ts', 'export const port: number = 80\n')
  await program.says(/^live again/)
  await program.says(/^the types are right again$/, { timeout: 60_000 })
})

test('on a named cluster webhooks are left out, unless it can call: then they are taken back at the end', async ({ kubewright }) => {
  const group = 'remote.example.dev'
  const project = userProject({ 'src/main.ts': noticeProgram('remote', group) })
  const flags = ['--kubeconfig', bench.cluster.kubeconfigPath, '--no-type-check']
  const names = async () =>
    (await bench.client.request<{ items: { metadata: { name: string } }[] }>('GET', CONFIGURATIONS)).items.map(
      ({ metadata }) => metadata.name,
    )

  const without = kubewright(['dev', project.path('src/main.ts'), ...flags])
  await without.says(/^live in/, patient)
  await without.says(/webhooks are left out, for the cluster cannot call this machine: give --webhook-url/)
  expect(await names()).not.toContain('kubewright-notice')
  const notices = await bench.client.resource(kindIn(group))
  await notices.create(notice(group, 'a', 'bad') as never)
  await eventually(
    async () => expect(await notices.get({ namespace: 'default', name: 'a' })).toMatchObject({ status: { word: 'remote' } }),
    patient,
  )
  without.kill('SIGTERM')
  expect(await without.ended).toBe(0)

  const [port] = await freePorts(1)
  const withUrl = kubewright([
    'dev',
    project.path('src/main.ts'),
    ...flags,
    '--webhook-url',
    `https://127.0.0.1:${port}`,
    '--webhook-port',
    String(port),
  ])
  await withUrl.says(/^live in/, patient)
  await eventually(
    async () => expect(await failure(notices.create(notice(group, 'b', 'bad') as never, { dryRun: true }))).toMatchObject({ code: 422 }),
    patient,
  )
  withUrl.kill('SIGTERM')
  expect(await withUrl.ended).toBe(0)
  expect(await names()).not.toContain('kubewright-notice')
  expect(existsSync(join(project.root, '.kubewright'))).toBe(false)
})

test.each([
  [['nowhere.ts'], /there is no .*nowhere\.ts: name the program’s file/],
  [['--webhook-url', 'https://x', 'packages/cli/src/main.ts'], /--webhook-url: the embedded server calls this machine anyway/],
  [['--context', 'x', '--port', '1', 'packages/cli/src/main.ts'], /--port: is for the embedded server/],
])('dev %j is wrong usage', async (args, message) => {
  const { run } = await import('./program.ts')
  const { code, stderr } = await run(['dev', ...args])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string })
})
