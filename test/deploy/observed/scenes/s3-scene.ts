import { GetUserPolicyCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { Bucket, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { type Client, Lease, Secret } from 'kubewright'
import { eventually, type FakeS3, fakeS3 } from 'kubewright/testing'
import { S3World } from '../../../soak/worlds/s3-world.ts'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const NAMESPACE = 'observed-s3'
/** How often the operator compares, in seconds: as often as it may. */
const DRIFT = 5
/** Above the 10 s of the alert about passes. */
const SLOW = 11_000
const listing = { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] }
const everything = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] })

/** Storage that works, one that is slow and has enough of requests, one that is not there; somebody who changes policies; a replica that never leads. */
export async function s3Scene({ cluster, admin }: Stage): Promise<Scene> {
  const world = await S3World.start(admin)
  const shared = await fakeS3()
  const tired = await fakeS3({ credentials: shared.credentials })
  const tenant = new PatientTenant(admin, NAMESPACE)
  const flags = [`--s3-drift-check-interval-seconds=${DRIFT}`]
  const provider = (name: string, { address, iamAddress, region }: Pick<FakeS3, 'address' | 'iamAddress' | 'region'>) => {
    const auth = { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } }
    const retry = { maxAttempts: 1 }
    return tenant.create(Provider, {
      metadata: { name },
      spec: { type: 'generic', endpoint: address, iamEndpoint: iamAddress, region, auth, retry, timeoutSeconds: 60 },
    })
  }
  await leaseOfAnother(admin)
  return {
    programs: [
      { name: 's3', operators: ['s3'], flags, connection: cluster.connection },
      { name: 'follower', job: 's3', beside: true, operators: ['s3'], flags: [...flags, '--no-webhooks'], connection: cluster.connection },
    ],
    world,
    async trouble() {
      await tenant.open()
      const { accessKeyId, secretAccessKey } = shared.credentials
      tired.faults.add({ is: 'slow', ms: SLOW }, { operation: 'CreatePolicy' })
      tired.faults.add({ is: 'error', code: 'SlowDown', status: 503 }, { operation: 'CreateBucket' })
      await tenant.create(Secret, {
        metadata: { name: 'admin' },
        type: 'Opaque',
        stringData: { 'access-key': accessKeyId, 'secret-key': secretAccessKey },
      })
      await provider('shared', shared)
      await provider('tired', tired)
      await provider('gone', { address: 'http://127.0.0.1:9', iamAddress: 'http://127.0.0.1:9', region: 'us-east-1' })
      for (let at = 0; at < 3; at++)
        await tenant.create(IAMPolicy, { metadata: { name: `slow-${at}` }, spec: { providerRef: { name: 'tired' }, policy: listing } })
      for (let at = 0; at < 40; at++)
        await tenant.create(Bucket, { metadata: { name: `busy-${at}` }, spec: { providerRef: { name: 'tired' }, name: `busy-${at}` } })
      await tenant.create(User, {
        metadata: { name: 'contended' },
        spec: { providerRef: { name: 'shared' }, name: 'contended', policy: listing },
      })
      await contend(shared, 4)
    },
    async stop() {
      await world.stop()
      await tired.stop()
      await shared.stop()
    },
  }
}

/** Somebody changes the policy, again and again, and each time it is set back. */
async function contend({ iamAddress, region, credentials }: FakeS3, times: number): Promise<void> {
  const iam = new IAMClient({ endpoint: iamAddress, region, credentials })
  const at = { UserName: 'contended', PolicyName: 'contended-policy' }
  const isSetBack = async () => {
    const { PolicyDocument = '' } = await iam.send(new GetUserPolicyCommand(at))
    if (!decodeURIComponent(PolicyDocument).includes('ListAllMyBuckets')) throw new Error('the policy has not been set back')
  }
  try {
    for (let time = 0; time < times; time++) {
      await eventually(isSetBack, { timeout: 60_000 })
      await iam.send(new PutUserPolicyCommand({ ...at, PolicyDocument: everything }))
    }
  } finally {
    iam.destroy()
  }
}

/** Held by a replica that is gone without a word: for an hour nobody else leads. */
async function leaseOfAnother(admin: Client): Promise<void> {
  const now = new Date().toISOString().replace(/Z$/, '000Z')
  await (await admin.resource(Lease)).create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'default', name: 'follower' },
    spec: { holderIdentity: 'gone', leaseDurationSeconds: 3_600, acquireTime: now, renewTime: now },
  })
}
