import { Deployment } from '@kubewright/client'
import { findCondition } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { beforeEach, expect, test } from 'vitest'
import { App } from '../../examples/02-status/app.ts'
import { playDeployments } from './deployments.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('02-status', [App])
beforeEach(() => playDeployments(example))

testReadme('02-status', example)

test('the condition follows the rollout: available, broken by an image, mended', async () => {
  const program = await example.start('app.ts')
  const at = { namespace: await example.namespace(), name: 'shop' }
  const apps = await example.client.resource(App)
  await apps.create(App.of({ metadata: at, spec: { image: 'shop:1', replicas: 2 } }))
  const available = async () => findCondition((await apps.get(at)).status?.conditions, 'Available')

  await eventually(async () => expect(await available()).toMatchObject({ status: 'True', reason: 'RolledOut', observedGeneration: 1 }))
  expect((await apps.get(at)).status).toMatchObject({ replicas: 2, readyReplicas: 2, selector: 'app=shop' })

  await apps.patch(at, { type: 'merge', body: { spec: { image: 'shop:broken' } } })
  const failed = { status: 'False', reason: 'RolloutFailed', message: 'the image cannot be pulled', observedGeneration: 2 }
  await eventually(async () => expect(await available()).toMatchObject(failed))

  await apps.patch(at, { type: 'merge', body: { spec: { image: 'shop:2' } } })
  await eventually(async () => expect(await available()).toMatchObject({ status: 'True', observedGeneration: 3 }))
  await program.stop()
})

test('the scale of the app is that of its Deployment', async () => {
  const program = await example.start('app.ts')
  const at = { namespace: await example.namespace(), name: 'shop' }
  const apps = await example.client.resource(App)
  await apps.create(App.of({ metadata: at, spec: { image: 'shop:1' } }))
  await apps.setReplicas(at, 4)
  const deployments = await example.client.resource(Deployment)
  await eventually(async () => expect((await deployments.get(at)).spec?.replicas).toBe(4))
  await eventually(async () => expect((await apps.getScale(at)).status).toEqual({ replicas: 4, selector: 'app=shop' }))
  await program.stop()
})
