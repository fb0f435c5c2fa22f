import { Deployment, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { config } from '../config.ts'
import { deploymentOf } from '../desired/deployment.ts'
import { revisionOf } from '../desired/revision.ts'
import { sample } from '../fake/application.ts'
import { reconcileApplication } from './reconcile.ts'

const owner = { apiVersion: 'apps.kubewright.dev/v1', kind: 'Application', name: 'shop', uid: 'u1', controller: true }
const running = sample()
const deployed = deploymentOf(running, revisionOf(running.spec))
const live: Deployment = { ...deployed, metadata: { ...deployed.metadata, ownerReferences: [owner] } }

/** What is applied, and what is told, under a policy that forbids the image which runs. */
async function pass(spec: Parameters<typeof sample>[0], children: readonly KubeObject[] = [live]) {
  const applied: KubeObject[] = []
  const told: string[] = []
  const context = {
    object: sample(spec),
    status: {},
    children: ({ kind }: { readonly kind: string }) => children.filter((child) => child.kind === kind),
    clock: { now: () => 0 },
    signal: new AbortController().signal,
    condition: (type: string, _: unknown, reason: string) => void (type === 'Ready' && told.push(reason)),
    apply(object: KubeObject) {
      applied.push(object)
      return Promise.resolve(object)
    },
  }
  await reconcileApplication(
    context as unknown as Parameters<typeof reconcileApplication>[0],
    config.parse({ allowedRegistries: ['ghcr.io'] }),
  )
  return { applied, told }
}

test('what runs when the policy becomes stricter is scaled', async () => {
  const { applied, told } = await pass({ replicas: 5 })
  expect(applied).toMatchObject([{ kind: Deployment.kind, spec: { replicas: 5 } }])
  expect(told).not.toContain('PolicyViolation')
})

test.each<[string, Parameters<typeof sample>[0], readonly KubeObject[]]>([
  ['other pods of what runs', { env: [{ name: 'A', value: 'b' }] }, [live]],
  ['what does not run yet', {}, []],
])('%s that the policy forbids are not made', async (_, spec, children) => {
  expect(await pass(spec, children)).toEqual({ applied: [], told: ['PolicyViolation'] })
})
