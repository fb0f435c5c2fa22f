import { describeKind, type KubeObject } from 'kubewright'
import type { DeclaredReferrer } from '../facts/declared-referrers.ts'
import type { WorldFacts } from '../facts/fact-source.ts'
import { type Context, known, NO_FACTS } from '../facts/facts.ts'
import { Ranking } from '../groups/ranking.ts'
import { counts } from '../judgement/judge.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { type PolicyDefaults, type PolicyProblem, type ReadyPolicy, readPolicy, scopeMismatch } from '../policy/policy.ts'
import type { Scene } from './scene.ts'
import { sceneFacts, suspicionOf, useFacts } from './scene-facts.ts'

/** A policy that takes part. */
export interface Candidate {
  readonly policy: Policy
  /** `planned`: it is asked what it would do, and counts as at work. `installed`: it is there already, and may keep what others would delete. */
  readonly role: 'planned' | 'installed'
}

export interface Survey {
  readonly candidate: Candidate
  readonly key: string
  readonly outcome:
    | { readonly is: 'idle'; readonly problem: PolicyProblem }
    | {
        readonly is: 'ready'
        readonly ready: ReadyPolicy
        /** Who may refer to its objects without being looked at; `undefined`: nobody, or it does not matter. */
        readonly suspicion: string | undefined
        /** What the server would show to its watch. */
        readonly objects: readonly KubeObject[]
        opinionOf(object: KubeObject): Opinion
      }
}

/** `GarbageCollectionPolicy team/previews`: what people call it, and what no other is called. */
export const policyName = ({ kind, metadata: { namespace, name } }: Policy) =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** Each policy with its objects and its word about them, out of one reading of the scene. */
export async function survey(
  scene: Scene,
  candidates: readonly Candidate[],
  options: { readonly now: number; readonly defaults: PolicyDefaults },
): Promise<readonly Survey[]> {
  const readings = candidates.map((candidate) => ({ candidate, reading: readPolicy(candidate.policy, options.defaults) }))
  const needs = readings.flatMap(({ reading }) => ('ready' in reading ? [reading.ready.needs] : []))
  const facts = await sceneFacts(scene, needs)
  const sights = new Map<string, Promise<Sight>>()
  // Policies that declare the same referrers share the reading of them.
  const seen = ({ needs: { referrers }, target: { kind } }: ReadyPolicy): Promise<Sight> => {
    const key = [kind.kind, ...referrers.map((referrer) => referrer.key).sort()].join(' ')
    const sight = sights.get(key) ?? sightOf(scene, kind.kind, referrers, options.now)
    sights.set(key, sight)
    return sight
  }
  const surveys: Survey[] = []
  for (const { candidate, reading } of readings) {
    const outcome = 'problem' in reading ? reading : await look(scene, candidate.policy, reading.ready)
    const sight = 'ready' in reading && reading.ready.needs.use ? await seen(reading.ready) : UNASKED
    surveys.push({
      candidate,
      key: policyName(candidate.policy),
      outcome:
        'problem' in outcome
          ? { is: 'idle', problem: outcome.problem }
          : {
              is: 'ready',
              ...outcome,
              suspicion: sight.suspicion,
              opinionOf: judging(outcome, { ...facts, use: sight.use }, options.now),
            },
    })
  }
  return surveys
}

/** Who refers to what, as far as it is looked at. */
interface Sight {
  readonly use: WorldFacts['use']
  readonly suspicion: string | undefined
}

const UNASKED: Sight = { use: NO_FACTS.use, suspicion: undefined }

async function sightOf(scene: Scene, target: string, referrers: readonly DeclaredReferrer[], now: number): Promise<Sight> {
  return { use: await useFacts(scene, referrers, now), suspicion: await suspicionOf(scene, target, referrers) }
}

interface Seen {
  readonly ready: ReadyPolicy
  readonly objects: readonly KubeObject[]
}

async function look(scene: Scene, policy: Policy, ready: ReadyPolicy): Promise<Seen | { readonly problem: PolicyProblem }> {
  const { kind, namespace, labelSelector, fieldSelector, metadataOnly } = ready.target
  const namespaced = await scene.isNamespaced(kind)
  const mismatch = namespaced === undefined ? undefined : scopeMismatch(policy, namespaced)
  if (mismatch !== undefined) return { problem: mismatch }
  const listing = await scene.list(kind, { namespace, labelSelector, fieldSelector, metadataOnly })
  switch (listing.is) {
    case 'read':
      return { ready, objects: listing.objects }
    case 'absent':
      return { problem: { reason: 'UnknownKind', message: `spec.targetResource: ${listing.reason}` } }
    case 'failed':
      return { problem: { reason: 'Forbidden', message: `${describeKind(kind)} cannot be listed: ${listing.reason}` } }
  }
}

/** The groups are made of all objects, before the first of them is judged. */
function judging({ ready, objects }: Seen, world: WorldFacts, now: number): (object: KubeObject) => Opinion {
  const { code, needs } = ready
  const ranking = code.keepNewest === undefined ? undefined : new Ranking(code.keepNewest)
  const context: Context = {
    now,
    facts: {
      ...world,
      rank: ({ metadata: { uid = '' } }) => known(ranking?.rankOf(uid) ?? { place: 0, of: 1 }),
      heldSince: () => undefined,
    },
  }
  if (ranking !== undefined && needs.grouping !== undefined) {
    for (const object of objects) {
      if (!counts(code, object, context)) continue
      const { uid = '', name = '', namespace } = object.metadata
      ranking.set({ uid, name, namespace, group: needs.grouping.groupOf(object), time: needs.grouping.timeOf(object) })
    }
  }
  return (object) => ready.judge(object, context)
}
