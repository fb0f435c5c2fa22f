import { anyFields, cel, intOrString, oneOfFields, z } from 'kubewright'

/** The showcase's bounds. */
const MOST_REPLICAS = 100

export const replicas = z.int().min(0).max(MOST_REPLICAS)

const share = intOrString({ pattern: /^[0-9]{1,3}%$/ })
const percent = z.int().min(1).max(1_000)

export const autoscaling = cel(
  z.object({
    minReplicas: z.int().min(1).max(1_000).default(1),
    maxReplicas: z.int().min(1).max(1_000),
    targetCPUUtilizationPercentage: percent.optional().describe('Of the CPU that is requested. Default: 80, when no target is given.'),
    targetMemoryUtilizationPercentage: percent.optional().describe('Of the memory that is requested.'),
    behavior: anyFields().optional().describe("How fast it goes up and down: HorizontalPodAutoscaler's spec.behavior."),
  }),
  'self.minReplicas <= self.maxReplicas',
  { message: 'minReplicas must not be above maxReplicas', check: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas },
).describe('A HorizontalPodAutoscaler decides how many replicas there are, and spec.replicas is not looked at.')

export const podDisruptionBudget = oneOfFields(z.object({ minAvailable: share.optional(), maxUnavailable: share.optional() }), [
  'minAvailable',
  'maxUnavailable',
]).describe('How many pods may be away on purpose at a time, as when nodes are drained.')

export const strategy = z.enum(['RollingUpdate', 'Recreate'])

export const rollingUpdate = z
  .object({ maxSurge: share.optional(), maxUnavailable: share.optional() })
  .describe('For the strategy RollingUpdate: how many pods there may be beyond the replicas, and how many below. Default: 25% and 25%.')

export const tolerations = z
  .array(
    z.object({
      key: z.string().max(317).optional(),
      operator: z.enum(['Exists', 'Equal', 'Lt', 'Gt']).optional(),
      value: z.string().max(63).optional(),
      effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
      tolerationSeconds: z.int().min(0).optional(),
    }),
  )
  .max(100)

export const topologySpreadConstraints = z
  .array(
    z.object({
      topologyKey: z.string().min(1).max(317),
      maxSkew: z.int().min(1).max(1_000).default(1),
      whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']).default('ScheduleAnyway'),
      minDomains: z.int().min(1).max(1_000).optional(),
    }),
  )
  .max(20)
  .describe("How the application's pods spread over zones or nodes.")
