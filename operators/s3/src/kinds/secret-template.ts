import { immutable, z } from 'kubewright'

const key = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/)

/** What can be put into the Secret besides the two halves of the key. */
export const secretTemplate = z
  .object({
    name: z.string().min(1).max(253).optional().describe('Default: NAME-credentials.'),
    labels: z.record(z.string(), z.string().max(63)).optional(),
    annotations: z.record(z.string(), z.string().max(262_144)).optional(),
    type: immutable(z.string().min(1).max(253).default('Opaque')).describe('Of a Secret it cannot be changed.'),
    keys: z
      .object({
        accessKeyID: key.default('access-key-id'),
        secretAccessKey: key.default('secret-access-key'),
        endpoint: key.optional(),
        host: key.optional(),
        port: key.optional(),
        scheme: key.optional(),
        region: key.optional(),
        bucket: key.optional().describe('Needs bucket.'),
        uri: key.optional().describe('s3://BUCKET. Needs bucket.'),
        userName: key.optional(),
        credentialsFile: key.optional().describe('An AWS credentials file with one profile.'),
        configFile: key.optional().describe('An AWS configuration file with endpoint and region.'),
      })
      .optional()
      .describe('The names under which they stand in the Secret; what has no name is left out.'),
    profile: z.string().min(1).max(128).default('default').describe('Of the credentials file.'),
    bucket: z.string().min(3).max(63).optional().describe('The name of the bucket on the server.'),
    data: z.record(z.string(), z.string().max(262_144)).optional().describe('Fixed further keys.'),
  })
  .meta({
    rules: [
      {
        rule: '!has(self.keys) || !(has(self.keys.bucket) || has(self.keys.uri)) || has(self.bucket)',
        message: 'keys.bucket and keys.uri need bucket',
      },
    ],
  })
