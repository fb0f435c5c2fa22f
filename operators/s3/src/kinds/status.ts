import { conditions, timestamp, z } from 'kubewright'

/** What the status of every kind has. */
export const common = {
  observedGeneration: z.int().min(0).optional().describe('The generation of the spec that the status is about.'),
  lastSyncTime: timestamp().optional().describe('When something was last changed on the server.'),
  origin: z
    .enum(['Created', 'Adopted'])
    .optional()
    .describe('How this object came by what it stands for. Without it nothing was, and nothing is deleted.'),
  pendingCreate: z
    .object({ at: timestamp() })
    .optional()
    .describe('It is about to be created: tells after a crash, with its time, whether what is there is ours.'),
  conditions: conditions().optional(),
}
