// A second version: the program speaks v1, objects and people may go on speaking v1beta1, and each reads what the other wrote.
import { controller, conversion, defineKind, duration, run, z } from 'kubewright'
import { v1beta1 } from './release-1.ts'

export const Backup = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Backup',
  spec: z.object({
    every: duration({ min: '1m' }).default('24h'),
    target: z.object({ bucket: z.string().regex(/^[a-z0-9-]{3,63}$/), path: z.string().regex(/^[a-z0-9/-]{1,100}$/) }),
  }),
  status: v1beta1.status,
}).withVersion({
  ...v1beta1,
  deprecated: 'example.dev/v1beta1 Backup is deprecated: use example.dev/v1',
  toHub({ spec: { target, ...same }, status }) {
    const [bucket = '', ...path] = target.slice('s3://'.length).split('/')
    return { spec: { ...same, target: { bucket, path: path.join('/') } }, ...(status && { status }) }
  },
  fromHub: ({ spec: { target, ...same }, status }) => ({
    spec: { ...same, target: `s3://${target.bucket}/${target.path}` },
    ...(status && { status }),
  }),
})

export const backups = controller(Backup, {
  reconcile({ object: { spec }, status }) {
    status.place = `${spec.target.bucket}, ${spec.target.path}`
  },
})

if (import.meta.main) await run(backups, conversion(Backup))
