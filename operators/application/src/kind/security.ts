import { z } from 'kubewright'

const id = z.int().min(0).max(2_147_483_647)
const capability = z.string().min(1).max(63)

/** What a container without a word of its own gets is what the Pod Security Standard "restricted" asks for. */
export const securityContext = z
  .object({
    runAsNonRoot: z.boolean().optional().describe('Default: true.'),
    runAsUser: id.optional(),
    runAsGroup: id.optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    allowPrivilegeEscalation: z.boolean().optional().describe('Default: false.'),
    privileged: z.boolean().optional().describe('Refused unless the operator allows it (--application-allow-privileged).'),
    capabilities: z
      .object({ add: z.array(capability).max(50).optional(), drop: z.array(capability).max(50).optional() })
      .optional()
      .describe('Default: all are dropped.'),
    seccompProfile: z
      .object({ type: z.enum(['RuntimeDefault', 'Localhost', 'Unconfined']), localhostProfile: z.string().max(1_024).optional() })
      .optional()
      .describe('Default: RuntimeDefault.'),
  })
  .describe('What the process may do. Left out, it is what the Pod Security Standard "restricted" asks for.')

export const podSecurityContext = z
  .object({
    fsGroup: id.optional(),
    fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']).optional(),
    supplementalGroups: z.array(id).max(100).optional(),
  })
  .describe('Of the whole pod.')
