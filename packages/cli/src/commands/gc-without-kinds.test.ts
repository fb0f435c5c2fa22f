// `kubewright gc` on a cluster in which the operator has never been installed.
import { startTestCluster, type TestCluster } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../command-line.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startTestCluster({ server: 'embedded' })
}, 60_000)
afterAll(() => cluster.stop())

async function gc(...args: readonly string[]) {
  let [stdout, stderr] = ['', '']
  const { signal } = new AbortController()
  const code = await runCommandLine(['gc', ...args, '--kubeconfig', cluster.kubeconfigPath], {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    environment: {},
    signal,
    insistence: signal,
  })
  return { code, stdout, stderr }
}

test.each(['stop', 'resume'])('%s says what is missing, and how it comes', async (command) => {
  const { code, stderr } = await gc(command)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('kubewright manifests gc --only crds') as unknown })
})

test('a plan knows that there are no policies, and does not complain that it may not see them', async () => {
  const { code, stdout } = await gc('plan')
  expect(code).toBe(0)
  expect(stdout).toContain('there is no policy; name one with -f')
  expect(stdout).not.toContain('cannot all be read')
})

test('restore needs nothing but the backups', async () => {
  expect(await gc('restore', '--list', '-A')).toEqual({ code: 0, stdout: 'there is no such backup\n', stderr: '' })
})
