import { listSet, z } from 'kubewright'

/** One receiver, and what it is told of, such as s3:ObjectCreated:*. */
const target = z.object({
  arn: z
    .string()
    .max(2_048)
    .regex(/^arn:[^\s]+$/),
  events: listSet(z.string().regex(/^s3:[A-Za-z]+(:[A-Za-z*]+)*$/), { max: 50 }),
  prefix: z.string().max(1_024).optional().describe('Only of objects whose keys begin so.'),
  suffix: z.string().max(1_024).optional().describe('Only of objects whose keys end so.'),
})

const targets = () => z.array(target).max(100).default([])

/** Without receivers nobody is told any more. Who is told must let the bucket tell him; the server asks him when this is written. */
export const notification = z.object({
  topics: targets().describe('Of SNS.'),
  queues: targets().describe('Of SQS. MinIO: its own targets, arn:minio:sqs::ID:KIND.'),
  functions: targets().describe('Of Lambda.'),
  eventBridge: z.boolean().default(false).describe('AWS: all events go to EventBridge, too.'),
})
