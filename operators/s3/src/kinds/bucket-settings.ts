import { z } from 'kubewright'

export const versioning = z
  .object({
    enabled: z.boolean().default(false).describe('false: suspended if it was ever enabled. It cannot be undone.'),
    mfaDelete: z.boolean().default(false).describe('Only false: the status tells whether the server has it. It is never changed.'),
  })
  .meta({
    rules: [
      {
        rule: '!self.mfaDelete',
        message: 'mfaDelete cannot be set by an operator: it takes the token of the root user. Set it there; the status tells of it',
      },
    ],
  })

export const encryption = z
  .object({
    enabled: z.boolean().default(false),
    algorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).default('AES256'),
    kmsKeyId: z.string().min(1).max(2_048).optional(),
    bucketKeyEnabled: z.boolean().optional(),
  })
  .meta({
    rules: [{ rule: "!has(self.kmsKeyId) || self.algorithm.startsWith('aws:kms')", message: 'kmsKeyId needs the algorithm aws:kms' }],
  })

export const publicAccess = z.object({
  blockPublicAcls: z.boolean().default(true),
  blockPublicPolicy: z.boolean().default(true),
  ignorePublicAcls: z.boolean().default(true),
  restrictPublicBuckets: z.boolean().default(true),
})

const corsRule = z.object({
  id: z.string().max(255).optional(),
  allowedOrigins: z.array(z.string().min(1).max(1_024)).min(1).max(100),
  allowedMethods: z
    .array(z.enum(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']))
    .min(1)
    .max(5),
  allowedHeaders: z.array(z.string().max(1_024)).max(100).optional(),
  exposedHeaders: z.array(z.string().max(1_024)).max(100).optional(),
  maxAgeSeconds: z.int().min(0).max(2_147_483_647).default(3_600),
})

/** An empty list removes CORS from the bucket. The first rule that fits counts. */
export const cors = z.object({ rules: z.array(corsRule).max(100).default([]) })

export const objectLock = z
  .object({
    enabled: z.literal(true).default(true).describe('Only a new bucket can have it, and it cannot be taken off.'),
    mode: z.enum(['GOVERNANCE', 'COMPLIANCE']).optional(),
    days: z.int().min(1).max(36_500).optional(),
    years: z.int().min(1).max(100).optional(),
  })
  .meta({
    rules: [
      { rule: 'has(self.mode) == (has(self.days) || has(self.years))', message: 'a default retention has a mode, and days or years' },
      { rule: '!(has(self.days) && has(self.years))', message: 'days and years exclude each other' },
    ],
  })

export const ownership = z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'])

/** Canned. Anything else is better said by a policy. */
export const acl = z.enum(['private', 'log-delivery-write'])

const documentKey = () => z.string().min(1).max(1_024)
const protocol = z.enum(['http', 'https'])

const routingRule = z.object({
  condition: z
    .object({
      keyPrefixEquals: documentKey().optional(),
      httpErrorCodeReturnedEquals: z
        .string()
        .regex(/^[45][0-9]{2}$/)
        .optional(),
    })
    .optional(),
  redirect: z.object({
    hostName: z.string().min(1).max(253).optional(),
    protocol: protocol.optional(),
    httpRedirectCode: z
      .string()
      .regex(/^3[0-9]{2}$/)
      .optional(),
    replaceKeyPrefixWith: z.string().max(1_024).optional(),
    replaceKeyWith: documentKey().optional(),
  }),
})

/** Without indexDocument and redirectAllRequestsTo the bucket is no website any more. */
export const website = z
  .object({
    indexDocument: documentKey().optional().describe('What is served for a path that ends in /, such as index.html.'),
    errorDocument: documentKey().optional(),
    redirectAllRequestsTo: z.object({ hostName: z.string().min(1).max(253), protocol: protocol.optional() }).optional(),
    routingRules: z.array(routingRule).max(50).optional().describe('The first that fits counts.'),
  })
  .meta({
    rules: [
      {
        rule: '!(has(self.redirectAllRequestsTo) && has(self.indexDocument))',
        message: 'indexDocument and redirectAllRequestsTo exclude each other',
      },
      {
        rule: 'has(self.indexDocument) || !(has(self.errorDocument) || has(self.routingRules))',
        message: 'errorDocument and routingRules need an indexDocument',
      },
    ],
  })

/** Wasabi's, from before object lock. The lock that cannot be taken back is never set here. */
export const compliance = z.object({
  enabled: z.boolean().default(true),
  retentionDays: z.int().min(0).max(36_500).default(0).describe('So long objects cannot be deleted, by nobody.'),
  conditionalHold: z.boolean().default(false).describe('New objects cannot be deleted until their hold is taken off.'),
  deleteAfterRetention: z.boolean().default(false).describe('Objects go by themselves when their time is over.'),
})

export const logging = z
  .object({
    enabled: z.boolean().default(true),
    targetBucket: z.string().min(3).max(63).optional(),
    targetPrefix: z.string().max(1_024).default(''),
  })
  .meta({ rules: [{ rule: '!self.enabled || has(self.targetBucket)', message: 'logging needs a targetBucket' }] })
