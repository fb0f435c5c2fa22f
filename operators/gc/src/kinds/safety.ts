import { timestamp, z } from 'kubewright'
import { seconds } from './fields.ts'

export const limits = z
  .object({
    maxDeletionsPerRun: z.int().min(0).max(1_000_000).optional().describe('At most so many in one run; the others wait for the next.'),
    maxPercent: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe(
        'At most so much, rounded down, of all objects of the kind in the namespaces that the policy watches, whatever its selectors take. Needing more stops the policy until somebody approves.',
      ),
    anomalyFactor: z
      .int()
      .min(2)
      .max(1_000)
      .optional()
      .describe(
        'At most so many times what the runs before deleted on average, and never fewer than 20; counts from the third run on. Needing more stops the policy until somebody approves.',
      ),
    maxInitialDeletions: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'When more are due at once after the policy was created or changed, it deletes nothing until somebody approves: the best protection against a wrong selector.',
      ),
    runSeconds: seconds
      .max(2_592_000)
      .default(3_600)
      .describe('A run begins with a deletion and ends so long after, or when the policy changes.'),
  })
  .describe('How much may go. What exceeds it stays, and the status says how to approve.')

export const notice = z
  .object({
    seconds: seconds
      .max(31_536_000)
      .describe('When an object falls due it is marked, and deleted so long after that. Needs the right to patch the kind.'),
  })
  .describe(
    'Deletes in two steps. The mark is the annotation gc.kubewright.dev/delete-at: whoever owns the object can set it to a later time, remove it (the notice begins anew), or protect the object.',
  )

export const halt = z
  .object({
    reason: z.string(),
    message: z.string(),
    since: timestamp().describe('Approve with the annotation gc.kubewright.dev/approve and this value.'),
  })
  .describe('Why the policy stands still until somebody approves or changes it.')

export const run = z
  .object({
    startedAt: timestamp(),
    deleted: z.int().min(0),
    before: z.array(z.int().min(0)).max(24).describe('What the runs before deleted, the newest first.'),
  })
  .describe('The last run: a stretch of time that begins with a deletion.')

export const samples = z
  .array(z.object({ object: z.string(), reason: z.string() }))
  .max(10)
  .describe('Some objects that could not be deleted, and why.')
