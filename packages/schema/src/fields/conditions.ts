import { z } from 'zod'
import { listMap } from './lists.ts'
import { timestamp } from './scalars.ts'

/** The bounds are those of meta/v1 Condition, as upstream's own kinds have them. */
const CONDITION_TYPE = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/
const CONDITION_REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/

/** `status.conditions`, as core's `setCondition` keeps them: one of each type, which `kubectl wait` understands. */
export function conditions() {
  return listMap(
    z.object({
      type: z.string().max(316).regex(CONDITION_TYPE).describe('Which aspect of the object.'),
      status: z.enum(['True', 'False', 'Unknown']),
      observedGeneration: z.int().min(0).optional().describe('The metadata.generation that this is about.'),
      lastTransitionTime: timestamp().describe('When the status last changed.'),
      reason: z.string().min(1).max(1024).regex(CONDITION_REASON).describe('Why, for programs.'),
      message: z.string().max(32768).describe('Why, for people.'),
    }),
    ['type'],
  ).describe('The state of the object, aspect by aspect.')
}
