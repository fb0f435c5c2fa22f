import { describeKind, type KubeObject } from 'kubewright'
import type { WorldFacts } from '../facts/fact-source.ts'
import { type Context, known } from '../facts/facts.ts'
import { Ranking } from '../groups/ranking.ts'
import { counts } from '../judgement/judge.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { type PolicyDefaults, type PolicyProblem, type ReadyPolicy, readPolicy, scopeMismatch } from '../policy/policy.ts'
import type { Scene } from './scene.ts'
import { sceneFacts } from './scene-facts.ts'

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
  const facts = await sceneFacts(scene, needs, options.now)
  const surveys: Survey[] = []
  for (const { candidate, reading } of readings) {
    const outcome = 'problem' in reading ? reading : await look(scene, candidate.policy, reading.ready)
    surveys.push({
      candidate,
      key: policyName(candidate.policy),
      outcome:
        'problem' in outcome
          ? { is: 'idle', problem: outcome.problem }
          : { is: 'ready', ...outcome, opinionOf: judging(outcome, facts, options.now) },
    })
  }
  return surveys
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
