import { cel, conditions, defineKind, type ObjectOf, timestamp, z } from 'kubewright'
import { GROUP, VERSION } from './group.ts'
import { secretKey } from './reference.ts'

const url = () =>
  z
    .string()
    .max(2_048)
    .regex(/^https?:\/\/[^/?#@\s]+\/?$/, 'must be a URL without user, path and query, such as https://s3.eu-central-2.wasabisys.com')

const path = z.string().min(1).max(4_096).regex(/^\//)
const arn = z.string().min(20).max(2_048)

const auth = [
  {
    rule: '[has(self.accessKeySecretRef), has(self.file), has(self.environment), has(self.webIdentity)].filter(is, is).size() == 1',
    message: 'exactly one of accessKeySecretRef, file, environment, webIdentity must be set',
  },
  {
    rule: 'has(self.accessKeySecretRef) == has(self.secretKeySecretRef)',
    message: 'accessKeySecretRef and secretKeySecretRef go together',
  },
  {
    rule: '!has(self.sessionTokenSecretRef) || has(self.accessKeySecretRef)',
    message: 'sessionTokenSecretRef needs accessKeySecretRef',
  },
].reduce(
  (schema, { rule, message }) => cel(schema, rule, { message }),
  z.object({
    accessKeySecretRef: secretKey('access-key').optional(),
    secretKeySecretRef: secretKey('secret-key').optional(),
    sessionTokenSecretRef: secretKey('session-token').optional(),
    file: z
      .object({ path, profile: z.string().min(1).max(128).default('default') })
      .optional()
      .describe("An AWS credentials file of the operator's container. Only in namespaces that the operator's settings name."),
    environment: z
      .object({})
      .optional()
      .describe("AWS_ACCESS_KEY_ID and so on of the operator's process. Only in namespaces that the operator's settings name."),
    webIdentity: z
      .object({ roleARN: arn, tokenFile: path, sessionName: z.string().min(2).max(64).default('kubewright') })
      .optional()
      .describe("A role for the operator's service account token. Only in namespaces that the operator's settings name."),
    assumeRole: z
      .object({
        roleARN: arn,
        externalID: z.string().min(2).max(1_224).optional(),
        sessionName: z.string().min(2).max(64).default('kubewright'),
        durationSeconds: z.int().min(900).max(43_200).default(3_600),
      })
      .optional()
      .describe('A role that is assumed with the credentials.'),
  }),
)

const perSecond = (usual: number) => z.number().min(0.1).max(10_000).default(usual)
const burst = (usual: number) => z.int().min(1).max(10_000).default(usual)

const patterns = () => z.array(z.string().min(1).max(2_048)).max(100)
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of patterns, and not of this text
const NAMESPACE = 'In all of them "*" is any text, "?" one character, and "${namespace}" the namespace of the object.'

const policyConstraints = z
  .object({
    actions: patterns().default(['s3:*']).describe('Such as "s3:Get*".'),
    resources: patterns().default(['*']).describe('Such as "arn:aws:s3:::${namespace}-*".'),
    principals: patterns().default(['*']).describe('Of policies of buckets: ARNs, account numbers, "*" for everybody.'),
    policyARNs: patterns().default([]).describe('Managed policies that a User may name besides IAMPolicies. Default: none.'),
    groups: patterns().default([]).describe('Groups that a User may be in. Default: none.'),
    roles: patterns().default([]).describe('Roles that the replication of a Bucket may name. Default: none.'),
  })
  .describe(
    `What users of this provider may grant at most; a policy that grants more is not written. Without it, all that its credentials can. ${NAMESPACE}`,
  )
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of patterns, and not of this text

const nameConstraints = z
  .object({ buckets: patterns().optional(), users: patterns().optional(), policies: patterns().optional() })
  .describe(`Names on the server that objects of this provider may have, and so take over and delete. Default: all. ${NAMESPACE}`)

const spec = z.object({
  type: z.enum(['wasabi', 'aws', 'minio', 'ceph', 'seaweedfs', 'generic']).default('wasabi'),
  endpoint: url().describe('Of S3.'),
  region: z.string().min(1).max(64).describe('Signs requests, and is where buckets are made that name none.'),
  auth,
  tls: z
    .object({
      insecureSkipVerify: z.boolean().default(false).describe('Takes any certificate. Told in the status.'),
      caCertSecretRef: secretKey('ca.crt').optional(),
    })
    .optional(),
  pathStyle: z.boolean().default(true).describe('The bucket stands in the path and not in the host name.'),
  iamEndpoint: url().optional().describe('Without it there are no users, policies and access keys. Wasabi: https://iam.wasabisys.com'),
  iamRegion: z.string().min(1).max(64).default('us-east-1'),
  stsEndpoint: url().optional().describe('Default: iamEndpoint, on AWS and Wasabi the service of its own.'),
  retry: z
    .object({
      maxAttempts: z.int().min(1).max(10).default(3),
      backoffStrategy: z.enum(['exponential', 'linear']).default('exponential'),
    })
    .optional()
    .describe('Of one request that may be repeated. What must not be repeated, as creating a key, never is.'),
  rateLimit: z
    .object({ s3PerSecond: perSecond(10), s3Burst: burst(20), iamPerSecond: perSecond(2), iamBurst: burst(5) })
    .optional()
    .describe('Requests of all objects of this provider together.'),
  policyConstraints: policyConstraints.optional(),
  nameConstraints: nameConstraints.optional(),
  timeoutSeconds: z.int().min(1).max(300).default(15).describe('For one request.'),
  testBucket: z.string().min(3).max(63).optional().describe('Asked for instead of the list of buckets, which a key may lack the right to.'),
})

const status = z.object({
  observedGeneration: z.int().min(0).optional(),
  connected: z.boolean().optional(),
  lastConnectTime: timestamp().optional().describe('When the connection last came about.'),
  accountID: z.string().optional().describe('Pinned: with credentials of another account nothing is written.'),
  identity: z.string().optional().describe('The ARN of the credentials, as the server says it.'),
  capabilities: z
    .record(z.string(), z.enum(['Supported', 'Unsupported']))
    .optional()
    .describe('What was found out about the server: settings of buckets, services.'),
  dependants: z.array(z.string()).max(20).optional().describe('What a deletion waits for, the first of them.'),
  conditions: conditions().optional(),
})

export const Provider = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'Provider',
  shortNames: ['s3prov'],
  categories: ['s3'],
  description: 'A server of S3 and IAM, and the credentials for it.',
  spec,
  status,
  printerColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Endpoint', type: 'string', jsonPath: '.spec.endpoint' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type Provider = ObjectOf<typeof Provider>
export type ProviderSpec = Provider['spec']
