import { z } from 'kubewright'

const words = () => z.unknown().optional()

/** A text or a list of texts, as policies have it. Structural schemas cannot say so: what is neither is refused when the policy is read. */
const statement = z.object({
  sid: z.string().max(256).optional(),
  effect: z.enum(['Allow', 'Deny']),
  principal: words().describe('"*", an ARN, or an object such as {"AWS": ["arn:…"]}. Of policies of buckets only.'),
  notPrincipal: words(),
  action: words().describe('Such as "s3:GetObject", or a list of them.'),
  notAction: words(),
  resource: words().describe('Such as "arn:aws:s3:::bucket/*", or a list of them.'),
  notResource: words(),
  condition: z.record(z.string(), z.unknown()).optional(),
})

/** A policy, in lower case as in the manifests that people have. */
export const policyDocument = z.object({
  version: z.enum(['2012-10-17', '2008-10-17']).default('2012-10-17'),
  id: z.string().max(256).optional(),
  statement: z.array(statement).min(1).max(100),
})
