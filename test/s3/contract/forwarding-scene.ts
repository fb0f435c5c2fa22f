import * as S3 from '@aws-sdk/client-s3'
import { json } from './recorder.ts'
import type { Scene } from './scene.ts'

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:new'
const FilterRules = [{ Name: 'prefix' as const, Value: 'in/' }]

/** What goes on from a bucket: who is told of its objects, and where they are copied to. */
export const forwardingScene: Scene = async ({ record, clients, name }) => {
  const s3 = clients.s3()
  const [Bucket, mirror] = [name('main'), name('mirror')]
  for (const each of [Bucket, mirror]) await s3.send(new S3.CreateBucketCommand({ Bucket: each }))

  const notify = (NotificationConfiguration: S3.NotificationConfiguration) =>
    s3.send(new S3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }))
  const told = () => s3.send(new S3.GetBucketNotificationConfigurationCommand({ Bucket }))
  await record.call(
    'notification: put queue',
    notify({ QueueConfigurations: [{ QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules } } }] }),
  )
  await record.call('notification: get queue', told(), ({ QueueConfigurations }) =>
    json(QueueConfigurations?.map(({ Id, ...queue }) => ({ ...queue, ...(Id !== undefined && { Id: 'made' }) }))),
  )
  await record.call('notification: put EventBridge', notify({ EventBridgeConfiguration: {} }))
  await record.call('notification: get EventBridge', told(), ({ EventBridgeConfiguration }) => json({ EventBridgeConfiguration }))
  await record.call('notification: put none', notify({}))

  const rule = {
    ...{ ID: 'all', Priority: 1, Filter: { Prefix: 'a/' }, Status: 'Enabled' as const },
    ...{ DeleteMarkerReplication: { Status: 'Enabled' as const }, Destination: { Bucket: `arn:aws:s3:::${mirror}` } },
  }
  const copy = () =>
    s3.send(
      new S3.PutBucketReplicationCommand({
        Bucket,
        ReplicationConfiguration: { Role: 'arn:aws:iam::123456789012:role/copies', Rules: [rule] },
      }),
    )
  await record.call('replication: put without versions', copy())
  for (const each of [Bucket, mirror])
    await s3.send(new S3.PutBucketVersioningCommand({ Bucket: each, VersioningConfiguration: { Status: 'Enabled' } }))
  await record.call('replication: put', copy())
  await record.call('replication: get', s3.send(new S3.GetBucketReplicationCommand({ Bucket })), ({ ReplicationConfiguration: found }) =>
    json(found?.Rules?.map(({ Destination: _, ...each }) => each)),
  )
}
