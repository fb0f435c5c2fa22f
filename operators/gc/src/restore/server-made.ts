import type { KubeObject } from 'kubewright'

type Path = readonly string[]
type Fields = Readonly<Record<string, unknown>>

interface ServerMade {
  readonly paths: readonly Path[]
  /** What the reader has to know. */
  readonly note?: string
}

const JOB_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name']
const VOLUME_ANNOTATIONS = [
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
]

/** What the cluster wrote into an object's spec about the one that is gone: sent again it would be refused, or name what belongs to another by now. */
const SERVER_MADE: Readonly<Record<string, (object: KubeObject) => ServerMade>> = {
  'v1 Pod': () => ({
    paths: [
      ['spec', 'nodeName'],
      ['spec', 'ephemeralContainers'],
    ],
  }),
  'v1 Service': (object) => ({
    // A headless Service says so in this field.
    paths:
      valueAt(object, ['spec', 'clusterIP']) === 'None'
        ? []
        : [
            ['spec', 'clusterIP'],
            ['spec', 'clusterIPs'],
            ['spec', 'healthCheckNodePort'],
          ],
  }),
  'v1 PersistentVolumeClaim': () => ({
    paths: [['spec', 'volumeName'], ...VOLUME_ANNOTATIONS.map((name) => ['metadata', 'annotations', name])],
    note: 'it is given a new volume: what was in the old one is no part of a backup',
  }),
  'batch/v1 Job': (object) =>
    valueAt(object, ['spec', 'manualSelector']) === true
      ? { paths: [] }
      : {
          paths: [
            ['spec', 'selector'],
            ...JOB_LABELS.flatMap((label) => [
              ['metadata', 'labels', label],
              ['spec', 'template', 'metadata', 'labels', label],
            ]),
          ],
        },
}

/** Without what the cluster makes anew; with `live`, as that has it: an update may not change it. */
export function withoutServerMade(
  object: KubeObject,
  live?: KubeObject,
): { readonly object: KubeObject; readonly note: string | undefined } {
  const made = SERVER_MADE[`${object.apiVersion} ${object.kind}`]?.(object)
  if (made === undefined) return { object, note: undefined }
  const fields = made.paths.reduce<Fields>((rest, path) => withValue(rest, path, live && valueAt(live, path)), { ...object })
  return { object: fields as unknown as KubeObject, note: live === undefined ? made.note : undefined }
}

function valueAt(object: KubeObject, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined), object)
}

/** A copy with that value at the path, or none. What is not there on the way is not made. */
function withValue(fields: Fields, [key = '', ...rest]: Path, value: unknown): Fields {
  const { [key]: child, ...others } = fields
  if (rest.length === 0) return value === undefined ? others : { ...others, [key]: value }
  return isFields(child) ? { ...others, [key]: withValue(child, rest, value) } : fields
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
