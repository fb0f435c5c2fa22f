// The program as it was: one version, one field for the target.
import { controller, defineKind, duration, run, z } from 'kubewright'

export const v1beta1 = {
  version: 'v1beta1',
  spec: z.object({
    every: duration({ min: '1m' }).default('24h'),
    target: z.string().regex(/^s3:\/\/[a-z0-9-]{3,63}\/[a-z0-9/-]{1,100}$/),
  }),
  status: z.object({ place: z.string().optional() }),
} as const

const Backup = defineKind({ group: 'example.dev', kind: 'Backup', ...v1beta1 })

export const backups = controller(Backup, {
  reconcile({ object, status }) {
    status.place = object.spec.target
  },
})

if (import.meta.main) await run(backups)
