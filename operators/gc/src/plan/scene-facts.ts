import { describeKind, type GroupVersionKind, type KubeObject, objectKey } from 'kubewright'
import { fullest, guardOf, type Quota, useOf } from '../facts/cache-facts.ts'
import { type DeclaredReferrer, declaredReferences } from '../facts/declared-referrers.ts'
import type { WorldFacts } from '../facts/fact-source.ts'
import { type Fact, known, NO_FACTS, unknown } from '../facts/facts.ts'
import { ReferenceIndex } from '../facts/reference-index.ts'
import { referencesIn } from '../facts/references.ts'
import { REFERRERS } from '../facts/referrers.ts'
import { suspectsIn, suspicion } from '../facts/suspects.ts'
import type { Needs } from '../policy/policy.ts'
import type { Listing, Scene } from './scene.ts'

const core = (kind: string): GroupVersionKind => ({ group: '', version: 'v1', kind })
const DEFINITION: GroupVersionKind = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }

/** What policies ask beside their objects, read once. What cannot be read is unknown, and keeps objects, as in the operator. */
export async function sceneFacts(scene: Scene, needs: readonly Needs[]): Promise<WorldFacts> {
  const namespace = await namespaces(scene)
  return {
    namespace,
    guard: (name) => guardOf(name, namespace(name)),
    // Only the operator may ask what its policies' authors may do.
    author: NO_FACTS.author,
    exists: await owners(
      scene,
      needs.flatMap(({ owner }) => (owner === undefined ? [] : [owner])),
    ),
    // Whom a policy declares counts for that policy alone: see useFacts.
    use: NO_FACTS.use,
    quota: needs.some(({ quota }) => quota) ? await quotas(scene) : NO_FACTS.quota,
  }
}

async function namespaces(scene: Scene): Promise<WorldFacts['namespace']> {
  const listing = await scene.list(core('Namespace'), { metadataOnly: true })
  if (listing.is !== 'read') return () => unseen('its namespace', listing)
  const all = new Map(listing.objects.map(({ metadata }) => [metadata.name, metadata]))
  return (name) => {
    const metadata = all.get(name)
    if (metadata === undefined) return known(undefined)
    const { labels = {}, annotations = {}, deletionTimestamp } = metadata
    return known({ labels, annotations, terminating: deletionTimestamp !== undefined })
  }
}

async function owners(scene: Scene, kinds: readonly GroupVersionKind[]): Promise<WorldFacts['exists']> {
  const all = new Map<string, Fact<ReadonlyMap<string, KubeObject>>>()
  for (const kind of kinds) {
    const listing = await scene.list(kind, { metadataOnly: true })
    all.set(
      describeKind(kind),
      listing.is === 'read' ? known(new Map(listing.objects.map((object) => [objectKey(object), object]))) : unseen('its owner', listing),
    )
  }
  return (kind, namespace, name, uid) => {
    const found = all.get(describeKind(kind))
    if (found === undefined) return NO_FACTS.exists(kind, namespace, name, uid)
    if (found.is === 'unknown') return found
    const owner = found.value.get(objectKey({ metadata: { name, ...(namespace !== undefined && { namespace }) } })) ?? found.value.get(name)
    return known(owner !== undefined && (uid === undefined || owner.metadata.uid === uid))
  }
}

/**
 * Who refers to what, as a policy with these referrers sees it. Nobody has watched before now, so that what is unused counts as unused since now: as for
 * an operator that has just started.
 */
export async function useFacts(scene: Scene, declared: readonly DeclaredReferrer[], now: number): Promise<WorldFacts['use']> {
  const index = new ReferenceIndex()
  let since: Fact<number> = known(now)
  const all = [
    ...REFERRERS.map((kind) => ({ kind, read: referencesIn, isDeclared: false })),
    ...declared.map((referrer) => ({
      kind: referrer.kind,
      read: (object: KubeObject) => declaredReferences(referrer, object),
      isDeclared: true,
    })),
  ]
  for (const { kind, read, isDeclared } of all) {
    const listing = await scene.list(kind)
    if (listing.is === 'failed' || (listing.is === 'absent' && isDeclared)) since = unseen(`who refers to it (${kind.kind})`, listing)
    if (listing.is !== 'read') continue
    for (const object of listing.objects) index.set(`${describeKind(kind)} ${objectKey(object)}`, read({ ...object, kind: kind.kind }), now)
  }
  return (kind, object) => useOf({ since, index }, kind, object)
}

/** A sentence about custom kinds that may refer to the target and are not looked at; `undefined`: there are none, or nobody may see. */
export async function suspicionOf(scene: Scene, target: string, declared: readonly DeclaredReferrer[]): Promise<string | undefined> {
  const listing = await scene.list(DEFINITION)
  if (listing.is !== 'read') return undefined
  return suspicion(suspectsIn(listing.objects, target, [...REFERRERS, ...declared.map(({ kind }) => kind)]), target)
}

async function quotas(scene: Scene): Promise<WorldFacts['quota']> {
  const listing = await scene.list(core('ResourceQuota'))
  if (listing.is !== 'read') return () => unseen('the quota of its namespace', listing)
  const all = Map.groupBy(listing.objects as readonly Quota[], ({ metadata }) => metadata.namespace)
  return (namespace, resources) => known(fullest(all.get(namespace) ?? [], resources))
}

const unseen = (what: string, listing: Exclude<Listing, { is: 'read' }>) => unknown(`${what} cannot be seen: ${listing.reason}`)
