import { z } from 'kubewright'
import { PEERS } from '../expiry/own-word.ts'
import { fieldPath, seconds } from './fields.ts'

const fromObject = z
  .object({
    peers: z
      .array(z.enum(PEERS))
      .max(PEERS.length)
      .default([])
      .describe(
        'The names of these programs, too: janitor/ttl and janitor/expires; k8s-ttl-controller.twin.sh/ttl; cleanup.kyverno.io/ttl; mayfly.cloud.namecheap.com/expire.',
      ),
    namespaceDefault: z
      .boolean()
      .default(false)
      .describe('For objects that say nothing: kubewright.dev/default-ttl, an annotation or label of their namespace.'),
  })
  .describe(
    'What the object itself says goes first: kubewright.dev/ttl (3600, "1h30m", "7d", "never") and kubewright.dev/expires (a time or a date), each an annotation or a label. Of several what keeps longest counts. Alone: only objects that say something fall due.',
  )

const quotaPressure = z
  .object({
    abovePercent: z.int().min(1).max(100).describe('From this much of the hard limit on.'),
    resources: z
      .array(z.string().min(1).max(317))
      .min(1)
      .max(20)
      .describe('The quota’s resources, such as "count/jobs.batch", "pods" or "requests.storage". The fullest of them counts.'),
    secondsAfterCreation: seconds.describe('Then objects live so long, if that is less than what they would otherwise.'),
  })
  .describe('Objects live shorter while a ResourceQuota of their namespace is nearly used up.')

export const ttl = z
  .object({
    secondsAfterCreation: seconds.optional().describe('Fixed: so long after the creation of the object.'),
    fieldPath: fieldPath
      .optional()
      .describe(
        'From the object: a path to its time to live after creation (3600, "1h30m", "7d", "P1DT2H"), to a date, to "never", or to a key of mappings.',
      ),
    mappings: z.record(z.string(), seconds).optional().describe('Mapped: seconds after creation by the value at fieldPath.'),
    default: seconds
      .optional()
      .describe('Seconds after creation when the object has nothing at fieldPath, or nothing that mappings knows.'),
    relativeTo: fieldPath
      .optional()
      .describe(
        'Relative: a path to an RFC 3339 time in the object, such as "status.completionTime"; or @createdAt, @startedAt, @finishedAt, @releasedAt, @lastActivity (the annotation kubewright.dev/last-activity, else its creation), @unusedSince (nothing has been seen to refer to it), @heldSince (all conditions have been seen to hold). The last two begin anew when the operator restarts.',
      ),
    secondsAfter: z.int().min(0).optional().describe('So long after the time at relativeTo.'),
    fromObject: fromObject.optional(),
    longest: seconds
      .optional()
      .describe('At most so many seconds after creation, whatever date or duration an object says. "never" stays never.'),
    quotaPressure: quotaPressure.optional(),
  })
  .meta({
    description: 'When an object falls due. Of several modes the first counts: fromObject, secondsAfterCreation, fieldPath, relativeTo.',
    rules: [
      {
        rule: 'has(self.secondsAfterCreation) || has(self.fieldPath) || has(self.relativeTo) || has(self.fromObject)',
        message: 'one of secondsAfterCreation, fieldPath, relativeTo and fromObject is required',
      },
      { rule: 'has(self.relativeTo) == has(self.secondsAfter)', message: 'relativeTo and secondsAfter go together' },
      { rule: 'has(self.fieldPath) || !has(self.mappings)', message: 'mappings needs fieldPath' },
      { rule: 'has(self.fieldPath) || !has(self.default)', message: 'default needs fieldPath' },
    ],
  })
