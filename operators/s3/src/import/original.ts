import { isFields } from 'kubewright'

/** The group of the operator that manifests come from. */
export const ORIGINAL_GROUP = 's3.cloud37.dev'

/** In the order in which they are to be applied: what is referred to comes first, and of two objects for one thing the older has it. */
export const ORIGINAL_KINDS = ['Provider', 'IAMPolicy', 'User', 'Bucket', 'AccessKey', 'BucketPolicy'] as const
export type OriginalKind = (typeof ORIGINAL_KINDS)[number]

/** The kind of a document, if it is one of the original's. */
export function originalKindOf(value: unknown): OriginalKind | undefined {
  if (!isFields(value) || String(value['apiVersion']).split('/')[0] !== ORIGINAL_GROUP) return undefined
  return ORIGINAL_KINDS.find((kind) => kind === value['kind'])
}
