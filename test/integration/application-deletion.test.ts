// How an application goes, and what is left of it. With the controllers behind the server, which collect dependents.
import { Deployment, Service } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { Application } from '@kubewright/operator-application'
import { eventually } from '@kubewright/testing'
import { beforeAll, expect } from 'vitest'
import { siteTest } from './application-site.ts'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'

const bench = useCluster({ controllers: true })

beforeAll(() => installKind(bench.client, Application))

const test = siteTest(bench)
const IMAGE = 'docker.io/library/nginx:1.29'

test('deleted in the foreground, an application goes when its children have gone', async ({ site }) => {
  await site.create('shop', { image: IMAGE, ports: [{ port: 80 }], config: { A: 'b' } })
  await eventually(() => site.get(Deployment, 'shop'))
  await eventually(() => site.get(Service, 'shop'))
  await site.patch(Service, 'shop', { metadata: { finalizers: ['example.dev/hold'] } })
  await (await site.applications()).delete(site.at('shop'), { propagationPolicy: 'Foreground' })
  await eventually(async () => expect(await site.find(Deployment, 'shop')).toBeUndefined(), { timeout: 40_000 })
  expect((await (await site.applications()).get(site.at('shop'))).metadata.finalizers).toEqual(['foregroundDeletion'])
  await site.patch(Service, 'shop', { metadata: { finalizers: null } })
  await eventually(async () => expect(isNotFound(await failure((await site.applications()).get(site.at('shop'))))).toBe(true), {
    timeout: 40_000,
  })
  expect(await site.settings()).toEqual([])
})

test('deleted without its children, and made anew, it takes them up again', async ({ site }) => {
  await site.create('shop', { image: IMAGE })
  await eventually(() => site.get(Deployment, 'shop'))
  const { uid } = (await site.get(Deployment, 'shop')).metadata
  await (await site.applications()).delete(site.at('shop'), { propagationPolicy: 'Orphan' })
  await eventually(async () => expect((await site.get(Deployment, 'shop')).metadata.ownerReferences ?? []).toEqual([]), {
    timeout: 30_000,
  })
  await eventually(async () => expect(await site.find(Application, 'shop')).toBeUndefined(), { timeout: 30_000 })
  const again = await site.create('shop', { image: IMAGE, replicas: 2 })
  await eventually(async () =>
    expect((await site.get(Deployment, 'shop')).metadata.ownerReferences).toMatchObject([{ uid: again.metadata.uid }]),
  )
  expect((await site.get(Deployment, 'shop')).metadata.uid).toBe(uid)
})
