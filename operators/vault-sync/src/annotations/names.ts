/** The prefix of all annotations, and the group of the kinds. */
export const GROUP = 'vault-sync.io'

/** The finalizer of the original, on annotated objects and on their VaultSync. */
export const FINALIZER = `${GROUP}/finalizer`

/** What may stand behind `vault-sync.io/`. */
export const ANNOTATIONS = [
  'path',
  'secrets',
  'templates',
  'preserve-on-delete',
  'deletion-policy',
  'drift-policy',
  'update-policy',
  'rotation-check',
  'reconcile',
  'resync',
  'adopt',
  'force-finalize',
  'binary',
  'missing-keys',
  'source-missing',
  'image-pull-secrets',
  'kv-version',
  'vault',
  'vault-namespace',
  'vault-role',
  'service-account',
  // Written by the original operator; read by nobody now.
  'secret-versions',
] as const

export type AnnotationName = (typeof ANNOTATIONS)[number]

export const annotation = (name: AnnotationName): string => `${GROUP}/${name}`
