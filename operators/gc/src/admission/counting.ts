import type { Client, KubeObject } from 'kubewright'
import { NO_FACTS } from '../facts/facts.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { clusterScene } from '../plan/cluster-scene.ts'
import { survey } from '../plan/survey.ts'
import type { PolicyDefaults, ReadyPolicy } from '../policy/policy.ts'

/** Looking at more would hold up whoever asks; what is seen tells enough. */
const LOOKED_AT = 2_000
const PAGE = 500
const DAY = 86_400_000

/** What a policy would do with the objects that are there now. */
export interface Count {
  readonly matched: number
  /** At once. */
  readonly due: number
  /** Within a day, and not at once. */
  readonly soon: number
  /** When the next falls due that is not due yet; wall clock, ms. */
  readonly next: number | undefined
  /** Those that stay because something about them cannot be read or is not known, and what it is of the first. */
  readonly unreadable: number
  readonly why: string | undefined
  /** Whether these are all. */
  readonly whole: boolean
}

/** @throws ApiError, ConnectionError or the signal's reason */
export async function countOf(
  client: Client,
  policy: Policy,
  ready: ReadyPolicy,
  { now, defaults, signal }: { readonly now: number; readonly defaults: PolicyDefaults; readonly signal: AbortSignal },
): Promise<Count> {
  return asksForTheWorld(ready)
    ? await countWhole(client, policy, { now, defaults, signal })
    : await countPages(client, ready, { now, signal })
}

/** Who is among the newest, or in use, only all objects together tell. */
function asksForTheWorld({ needs }: ReadyPolicy): boolean {
  return needs.use || needs.quota || needs.namespaces || needs.owner !== undefined || needs.grouping !== undefined
}

async function countWhole(
  client: Client,
  policy: Policy,
  { now, defaults, signal }: { readonly now: number; readonly defaults: PolicyDefaults; readonly signal: AbortSignal },
): Promise<Count> {
  // Whose rights count is checked elsewhere: here it is about what is there.
  const { annotations: _, ...metadata } = policy.metadata
  const [surveyed] = await survey(clusterScene(client, signal), [{ policy: { ...policy, metadata }, role: 'planned' }], {
    now,
    defaults: { ...defaults, authors: 'IfRecorded' },
  })
  const tally = newTally(now)
  if (surveyed?.outcome.is === 'ready') for (const object of surveyed.outcome.objects) tally.add(surveyed.outcome.opinionOf(object))
  return { ...tally.count(), whole: true }
}

async function countPages(
  client: Client,
  ready: ReadyPolicy,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<Count> {
  const { target } = ready
  const whole = await client.resource<KubeObject>(target.kind, { signal })
  const resource = target.metadataOnly ? whole.metadataOnly() : whole
  const { labelSelector, fieldSelector, namespace } = target
  const tally = newTally(now)
  let looked = 0
  let token: string | undefined
  do {
    const page = await resource.list({
      labelSelector,
      fieldSelector,
      limit: PAGE,
      signal,
      ...(namespace !== undefined && { namespace }),
      ...(token !== undefined && { continue: token }),
    })
    for (const object of page.items) tally.add(ready.judge(object, { now, facts: NO_FACTS }))
    looked += page.items.length
    token = page.metadata.continue === '' ? undefined : page.metadata.continue
  } while (token !== undefined && looked < LOOKED_AT)
  return { ...tally.count(), whole: token === undefined }
}

function newTally(now: number) {
  let [matched, due, soon, unreadable] = [0, 0, 0, 0]
  let why: string | undefined
  let next: number | undefined
  return {
    add(opinion: Opinion): void {
      if (opinion.is !== 'unselected' || opinion.matched) matched++
      if (opinion.is === 'blocked') {
        unreadable++
        why ??= opinion.reason
      }
      if (opinion.is !== 'at') return
      if (opinion.at <= now) due++
      else {
        if (opinion.at <= now + DAY) soon++
        next = Math.min(next ?? opinion.at, opinion.at)
      }
    },
    count: () => ({ matched, due, soon, next, unreadable, why }),
  }
}
