import { timestamp, z } from 'kubewright'
import { halt, run, samples } from './safety.ts'

const count = z.int().min(0)

export const policyStatus = z.object({
  phase: z.enum(['Pending', 'Active', 'Blocked', 'Paused', 'Error']).optional(),
  observedGeneration: z.int().optional().describe('The generation of the spec that the status is about.'),
  matched: count.optional().describe('Objects that the selectors match now.'),
  pending: count.optional().describe('Of these: will fall due at a known time.'),
  due: count.optional().describe('Of these: have fallen due and are still there.'),
  terminating: count.optional().describe('Of these: are being deleted, by whomever, and wait for finalizers or a grace period.'),
  stuck: count.optional().describe('Of these: for more than ten minutes already.'),
  wouldDelete: count.optional().describe('In a dry run: as due.'),
  deletedTotal: count.optional().describe('Objects deleted by this policy since it was created.'),
  nextExpiry: timestamp().optional().describe('When the next object falls due.'),
  lastDeletion: timestamp().optional(),
  run: run.optional(),
  halt: halt.optional(),
  samples: samples.optional(),
  conditions: z
    .array(
      z.object({
        type: z.string(),
        status: z.enum(['True', 'False', 'Unknown']),
        observedGeneration: z.int().optional(),
        lastTransitionTime: timestamp(),
        reason: z.string(),
        message: z.string(),
      }),
    )
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional(),
})
