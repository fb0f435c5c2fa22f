// Runs on an API server of its own: the embedded one, or a real one with `npm run test:real`.
import { strict as assert } from 'node:assert'
import { after, before, test } from 'node:test'
import { Deployment, Service } from 'kubewright'
import { eventually, type RunningOperator, startOperator, startTestCluster, type TestCluster } from 'kubewright/testing'
import { Sample } from './sample.ts'
import { sampleController } from './sample-controller.ts'
import { sampleWebhooks } from './sample-webhooks.ts'

let cluster: TestCluster
let operator: RunningOperator

before(async () => {
  cluster = await startTestCluster()
  operator = await startOperator(cluster, sampleController, sampleWebhooks)
})
after(async () => {
  await operator?.stop()
  await cluster?.stop()
})

const at = (name: string) => ({ namespace: 'default', name })

test('a Deployment and a Service are made, and the status follows', async () => {
  const samples = await operator.client.resource(Sample)
  await samples.create(Sample.of({ metadata: at('web'), spec: { image: 'nginx:1.29', replicas: 2 } }))

  const deployments = await operator.client.resource(Deployment)
  const deployment = await eventually(() => deployments.get(at('web')))
  assert.equal(deployment.spec?.replicas, 2)
  const services = await operator.client.resource(Service)
  const service = await eventually(() => services.get(at('web')))

  // What goes although it is wanted is made again.
  await services.delete(at('web'))
  await eventually(async () => assert.notEqual((await services.get(at('web'))).metadata.uid, service.metadata.uid))

  // No kubelet runs here: the test plays it.
  const status = { replicas: 2, readyReplicas: 2 }
  await deployments.patch(at('web'), { type: 'merge', body: { status } }, { subresource: 'status' })
  await eventually(async () => assert.equal((await samples.get(at('web'))).status?.readyReplicas, 2))
})

test('an image without a tag is refused', async () => {
  const samples = await operator.client.resource(Sample)
  const untagged = Sample.of({ metadata: at('untagged'), spec: { image: 'nginx' } })
  // The API server hears of new webhooks a moment after they are installed.
  await eventually(() => assert.rejects(samples.create(untagged, { dryRun: true }), /must have a tag or a digest/))
})

test('the schema refuses what is out of bounds', async () => {
  const samples = await operator.client.resource(Sample)
  const { spec, ...rest } = Sample.of({ metadata: at('many'), spec: { image: 'nginx:1.29' } })
  await assert.rejects(samples.create({ ...rest, spec: { ...spec, replicas: 1000 } }), /spec.replicas/)
})
