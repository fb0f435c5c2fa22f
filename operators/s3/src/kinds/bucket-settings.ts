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

export const logging = z
  .object({
    enabled: z.boolean().default(true),
    targetBucket: z.string().min(3).max(63).optional(),
    targetPrefix: z.string().max(1_024).default(''),
  })
  .meta({ rules: [{ rule: '!self.enabled || has(self.targetBucket)', message: 'logging needs a targetBucket' }] })
