import { CLUSTER_SAMPLES } from './cluster-samples.ts'
import { NAMESPACED_SAMPLES } from './namespaced-samples.ts'

/** An object that both servers take, of a kind. */
export interface Sample {
  /** `apps/v1`, `v1` */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Everything but apiVersion, kind and metadata. */
  readonly content: Readonly<Record<string, unknown>>
  /** Where the kind asks for a certain one. `undefined`: any name. */
  readonly name?: string
  /** Of the names that this kind refuses: why nothing is asked of deletion and so on. */
  readonly subresources?: readonly string[]
}

/** One of each built-in kind that is stored. */
export const SAMPLES: readonly Sample[] = [
  ...NAMESPACED_SAMPLES.map((row) => sample(row, true)),
  ...CLUSTER_SAMPLES.map((row) => sample(row, false)),
]

export type SampleRow = readonly [
  apiVersion: string,
  kind: string,
  plural: string,
  content: Readonly<Record<string, unknown>>,
  more?: Pick<Sample, 'name' | 'subresources'>,
]

function sample([apiVersion, kind, plural, content, more = {}]: SampleRow, namespaced: boolean): Sample {
  return { apiVersion, kind, plural, namespaced, content, ...more }
}

/** Where the objects of a kind are. */
export function collectionOf({ apiVersion, plural, namespaced }: Sample, namespace: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return namespaced ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`
}

/** The sample as an object. */
export function objectOf({ apiVersion, kind, content }: Sample, name: string, metadata: object = {}): Record<string, unknown> {
  return { apiVersion, kind, metadata: { name, ...metadata }, ...content }
}
