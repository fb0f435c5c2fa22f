import { z } from 'kubewright'
import { backup } from './backup.ts'
import { conditions } from './conditions.ts'
import { referrers } from './referrers.ts'
import { limits, notice } from './safety.ts'
import { targetResource } from './target-resource.ts'
import { freezes, keep, schedule, windows } from './timing.ts'
import { ttl } from './ttl.ts'

// The fields of zen-gc's v1alpha1, name for name, with checks where it had none; and what it lacked.

const behavior = z
  .object({
    maxDeletionsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("At most so many a second by this policy. Default: the operator's --gc-max-deletions-per-second."),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .describe('At most so many are sent back to back to catch up after a delay, within the rate.'),
    dryRun: z.boolean().default(false).describe('Delete nothing; count in status.wouldDelete what would go.'),
    propagationPolicy: z
      .enum(['Foreground', 'Background', 'Orphan'])
      .default('Background')
      .describe('What becomes of the dependents. Always sent: the default of some kinds is Orphan.'),
    gracePeriodSeconds: z.int().min(0).optional(),
    evict: z
      .boolean()
      .optional()
      .describe(
        'Of Pods alone: evict them, so that PodDisruptionBudgets count. One that a budget keeps is tried again, more and more rarely. Default: false.',
      ),
    finalizer: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
      .max(317)
      .optional()
      .describe(
        'Put on the object before it is deleted, so that whoever looks after this finalizer can act, and removes it. Needs the right to patch the kind.',
      ),
    owned: z
      .enum(['Keep', 'Finished', 'Delete'])
      .default('Finished')
      .describe(
        'Objects that have a controller, which would make a new one. Keep: never. Finished: only what it does not replace: ended Pods and Jobs, ReplicaSets at zero. Delete: all.',
      ),
  })
  .describe('How objects are deleted.')

export const policySpec = z
  .object({
    targetResource,
    action: z
      .enum(['Delete', 'Retain'])
      .default('Delete')
      .describe('Retain: what this policy selects no policy of equal or lower priority deletes. Such a policy needs no ttl.'),
    priority: z
      .int()
      .min(-1_000)
      .max(1_000)
      .default(0)
      .describe(
        'Of several policies that have something to say about an object, those of the highest priority decide; of these, what keeps the object longest counts.',
      ),
    ttl: ttl.optional(),
    conditions: conditions.optional(),
    referrers: referrers.optional(),
    keep: keep.optional(),
    schedule: schedule.optional(),
    windows: windows.optional(),
    freezes: freezes.optional(),
    behavior: behavior.prefault({}),
    limits: limits.optional(),
    notice: notice.optional(),
    backup: backup.optional(),
    acknowledgeBroadScope: z
      .string()
      .max(512)
      .optional()
      .describe(
        'A policy without selector and conditions about all namespaces works only when this says so; its status tells in which words.',
      ),
    evaluationInterval: z
      .string()
      .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)
      .max(32)
      .optional()
      .describe(
        'Look at all objects again so often, at least 1s. Not needed: an object is looked at when it changes and when it falls due.',
      ),
    paused: z.boolean().default(false).describe('Delete nothing, and let no other policy delete what this one would have decided about.'),
  })
  .meta({
    rules: [
      {
        rule: "self.action == 'Retain' || has(self.ttl) || has(self.keep) || (has(self.schedule) && has(self.conditions))",
        message: 'one of ttl, keep, and schedule with conditions is required',
      },
      {
        rule: "!has(self.backup) || self.backup.to != 'ConfigMap' || self.targetResource.kind != 'Secret'",
        message: 'backup.to is ConfigMap, which more people may read than a Secret: set it to Secret',
      },
    ],
  })
