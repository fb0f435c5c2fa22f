import { conditions, timestamp, z } from 'kubewright'

const count = z.int().min(0)

export const PHASES = ['Pending', 'Progressing', 'Running', 'Paused', 'RolledBack', 'Failed'] as const
export type Phase = (typeof PHASES)[number]

export const status = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation of the spec that the status is about.'),
  phase: z.enum(PHASES).optional().describe('In one word.'),
  replicas: count.optional().describe('Pods that there are.'),
  readyReplicas: count.optional().describe('Of these: ready.'),
  updatedReplicas: count.optional().describe('Of these: made from the revision that is wanted.'),
  availableReplicas: count.optional().describe('Of these: ready for minReadySeconds.'),
  selector: z.string().optional().describe('Labels of the pods, for autoscalers.'),
  revision: z.string().optional().describe('What the pods are made from, by its hash.'),
  stableRevision: z
    .object({ revision: z.string(), generation: z.int().min(0) })
    .optional()
    .describe('The last revision that became available; with rollbackOnFailure.'),
  rollback: z
    .object({
      failedRevision: z.string(),
      restoredRevision: z.string(),
      time: timestamp(),
      message: z.string(),
    })
    .optional()
    .describe('A rollout failed and was taken back. It is not tried again until the spec asks for something else.'),
  urls: z.array(z.string()).optional().describe('Where the application is reached by HTTP through the ingress.'),
  addresses: z.array(z.string()).optional().describe('Where the Service is reached: in the cluster, and from load balancers.'),
  conditions: conditions().optional(),
})
