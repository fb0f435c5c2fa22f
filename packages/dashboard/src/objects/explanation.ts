// Why is it not ready? The answer from what the object says, what its controller did last, and what is around it.
import type { KubeObject } from '@kubewright/core'
import { conditionTone, isTrouble } from '../model/condition-tone.ts'
import type { Reason, Relative, TimelineEntry } from '../model/object-page.ts'
import { conditionsOf, healthOf, summaryOf } from './health.ts'

export interface Circumstances {
  /** Newest first. */
  readonly entries: readonly TimelineEntry[]
  readonly children: readonly Relative[]
  /** Whether a controller of this program reconciles objects of the kind. */
  readonly isReconciled: boolean
  /** Whether this replica may act. */
  readonly leads: boolean
  readonly leader: string | undefined
  /** `undefined`: it can be reached. */
  readonly unreachable: string | undefined
  readonly now: number
  readonly hide: (text: string) => string
}

type ReconcileEntry = TimelineEntry & { readonly what: 'reconcile' }

/** The most telling first; never empty. */
export function explain(object: KubeObject, circumstances: Circumstances): readonly Reason[] {
  const { health, reason } = healthOf(object)
  const told = [
    ...aroundIt(circumstances),
    ...deletion(object),
    ...pause(object),
    ...lastReconcile(circumstances),
    ...conditions(object, circumstances),
    ...staleness(object),
    ...children(circumstances),
  ]
  if (told.length > 0) return told
  if (health === 'ok') return [say('good', 'It is as it should be.')]
  if (health === 'none')
    return [
      say('plain', reason === '' ? 'It says nothing about its state, and nothing went wrong with it here.' : `Its phase is ${reason}.`),
    ]
  return [say('warn', `It says ${reason}.`)]
}

/** One that was deleted: what is known of it is its timeline. */
export function explainGone(entries: readonly TimelineEntry[]): readonly Reason[] {
  const deleted = entries.find(({ what }) => what === 'deleted')
  if (deleted === undefined)
    return [say('plain', 'It is not among the watched objects. What happened before this program started, it has not seen.')]
  return [say('plain', deleted.what === 'deleted' && deleted.note !== '' ? `It was deleted: ${deleted.note}.` : 'It was deleted.')]
}

const say = (tone: Reason['tone'], text: string, hint?: string): Reason => ({ tone, text, hint })

function aroundIt({ isReconciled, leads, leader, unreachable }: Circumstances): readonly Reason[] {
  if (unreachable !== undefined) return [say('bad', `The API server cannot be reached (${unreachable}): nothing here is newer than that.`)]
  if (isReconciled && !leads)
    return [
      say('plain', `Another replica leads${leader === undefined ? '' : ` (${leader})`}: it works on this object, and this one stands by.`),
    ]
  return []
}

function deletion({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): readonly Reason[] {
  if (deletionTimestamp === undefined) return []
  if (finalizers.length === 0) return [say('warn', `It was told to go at ${deletionTimestamp} and goes as soon as its time is over.`)]
  return [
    say(
      'warn',
      `It was told to go at ${deletionTimestamp} and waits for ${finalizers.length === 1 ? 'the finalizer' : 'the finalizers'} ${finalizers.join(', ')}.`,
      'Whoever set a finalizer removes it when its cleanup has succeeded; what failed of it stands below.',
    ),
  ]
}

function pause({ metadata: { annotations, name = '', namespace }, kind = 'object' }: KubeObject): readonly Reason[] {
  if (annotations?.['kubewright.dev/paused'] !== 'true') return []
  const where = namespace === undefined ? '' : ` -n ${namespace}`
  return [
    say(
      'warn',
      'It is paused: its controller keeps its hands off it.',
      `kubectl annotate ${kind.toLowerCase()} ${name}${where} kubewright.dev/paused-`,
    ),
  ]
}

function lastReconcile({ entries, now }: Circumstances): readonly Reason[] {
  const last = entries.find((entry): entry is ReconcileEntry => entry.what === 'reconcile')
  if (last === undefined) return []
  if (last.ms === undefined) {
    const seconds = Math.round((now - last.at) / 1000)
    return seconds < 5 ? [] : [say('warn', `${last.controller} has been working on it for ${seconds} s.`)]
  }
  if (last.error === undefined || last.result === 'requeue') return []
  const attempts = last.attempt === 1 ? '' : ` (attempt ${last.attempt})`
  const next = last.result === 'error' ? 'It will be tried again, later each time.' : 'It is not tried again until the object changes.'
  return [say('bad', `${last.controller} failed${attempts}: ${last.error.message}`, last.error.hint ?? next)]
}

function conditions(object: KubeObject, { hide }: Circumstances): readonly Reason[] {
  const all = conditionsOf(object)
  const summary = summaryOf(all)
  const bad = all.filter(({ type, status }) => {
    const tone = conditionTone(type, status)
    return tone === 'bad' || tone === 'warn' || (type === summary?.type && status !== 'True')
  })
  const isFailing = healthOf(object).health === 'failing'
  return bad.map(({ type, status, reason, message }) => {
    const why = message === '' ? reason : message
    const tone = isFailing && (isTrouble(type) || type === summary?.type) ? 'bad' : 'warn'
    return say(tone, `${type} is ${status}${why === '' ? '' : `: ${hide(why)}`}`)
  })
}

function staleness(object: KubeObject): readonly Reason[] {
  const { generation = 0 } = object.metadata
  const { observedGeneration = generation } = (object as { readonly status?: { readonly observedGeneration?: number } }).status ?? {}
  if (observedGeneration >= generation) return []
  return [say('warn', `Its spec has changed since its controller looked last (generation ${generation}, seen ${observedGeneration}).`)]
}

function children({ children: all }: Circumstances): readonly Reason[] {
  const failing = all.filter(({ health }) => health === 'failing')
  return failing
    .slice(0, 5)
    .map(({ kind, name, reason }) => say('bad', `Its ${kind} ${name} is failing${reason === '' ? '' : `: ${reason}`}.`))
}
