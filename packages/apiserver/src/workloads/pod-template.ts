import { createHash } from 'node:crypto'
import { type DynamicObject, deepEqual, ownerReferenceTo } from '@kubewright/core'
import type { PodTemplate } from './actuator.ts'

export interface FromTemplate {
  readonly name?: string
  readonly generateName?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
}

/** A pod as a controller makes it. */
export function podFrom(owner: DynamicObject, template: PodTemplate, more: FromTemplate = {}): DynamicObject {
  const annotations = { ...template.metadata?.annotations, ...more.annotations }
  const { namespace } = owner.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(more.name === undefined ? { generateName: more.generateName ?? `${owner.metadata.name}-` } : { name: more.name }),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, ...more.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...more.spec },
  }
}

export const controllerReference = (owner: DynamicObject) =>
  ownerReferenceTo(owner as Parameters<typeof ownerReferenceTo>[0], { controller: true })

export const TEMPLATE_HASH = 'pod-template-hash'

/** Whether two templates make the same pods, but for the hash that one of them carries. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return deepEqual(withoutHash(a), withoutHash(b))
}

function withoutHash({ metadata, ...rest }: PodTemplate): object {
  const { labels = {}, ...others } = metadata ?? {}
  const { [TEMPLATE_HASH]: _hash, ...kept } = labels
  return { ...rest, metadata: { ...others, labels: kept } }
}

/** The alphabet of Kubernetes' generated names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const HASH_LENGTH = 10

/** Names what it is made of. kube-controller-manager hashes the Go form of a template, so that its hashes are others. */
export function hashOf(...parts: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest()
  return Array.from(digest.subarray(0, HASH_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]!).join('')
}
