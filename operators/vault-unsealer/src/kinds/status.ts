import { conditions, timestamp, z } from 'kubewright'

const count = z.int().min(0)

const pod = z.object({
  name: z.string().describe('The pod, or the address of a node outside of the cluster.'),
  namespace: z.string().optional().describe('When it is not the one of the VaultUnsealer.'),
  uid: z.string().optional(),
  state: z.enum(['Unknown', 'Unsealed', 'Sealed', 'Unsealing', 'Uninitialized', 'Unreachable']),
  reason: z.string(),
  message: z.string(),
  since: timestamp().describe('When state or reason last changed.'),
  progress: count.optional().describe('Shares that it holds; while sealed.'),
  threshold: count.optional().describe('Shares that it needs.'),
  version: z.string().optional(),
  clusterID: z.string().optional(),
  rejectedKeySet: z
    .string()
    .optional()
    .describe(
      'The set of shares that has been refused for good, by its fingerprint: it is not tried again after a restart of the operator.',
    ),
})

export const status = z.object({
  observedGeneration: count.optional().describe('The generation of the spec that the status is about.'),
  podsChecked: z.array(z.string()).optional().describe('All nodes that are looked after, by name.'),
  unsealedPods: z.array(z.string()).optional().describe('Of these: open.'),
  lastReconcileTime: timestamp().optional().describe('When something in this status last changed.'),
  pods: z.array(pod).max(1_000).optional(),
  keys: z
    .object({
      loaded: count.describe('Distinct shares.'),
      required: count.optional().describe('How many a node needs, as far as one has said it.'),
      set: z.string().describe('A fingerprint of all of them together.'),
      proven: z.array(z.string()).optional().describe('Fingerprints of shares that have opened a node.'),
    })
    .optional(),
  clusterID: z.string().optional().describe('As the open nodes say it.'),
  summary: z.string().optional().describe('Open nodes of all: 2/3.'),
  conditions: conditions().optional(),
})
