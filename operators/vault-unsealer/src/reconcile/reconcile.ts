import {
  type Clock,
  deepEqual,
  formatTime,
  isPausedByAnnotation,
  type KubeObject,
  parseDuration,
  type ReconcileContext,
  type ReconcileResult,
} from 'kubewright'
import { problemsOf } from '../admission/problems.ts'
import type { Attendance, Surroundings, UnsealerName } from '../attendance/attendance.ts'
import { keyOf } from '../attendance/attendance.ts'
import type { Unsealer } from '../attendance/unsealer.ts'
import { verifyPod } from '../attendance/verification.ts'
import { secretStore } from '../initialization/secret-store.ts'
import { VaultUnsealerGrant } from '../kinds/grant.ts'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import type { Permission } from '../machine/model.ts'
import { type DiscoveryResult, discover } from '../members/discovery.ts'
import type { PodIdentity } from '../members/member.ts'
import { parseTargetUrl } from '../members/target-url.ts'
import type { Meter } from '../metrics/meter.ts'
import { eventOf, rootTokenEventOf } from '../status/audit.ts'
import { conditionsOf, refusalOf } from '../status/conditions.ts'
import { statusFields } from '../status/pods.ts'
import type { ConditionReport, Snapshot } from '../status/snapshot.ts'
import { Calendar, nextMinute } from '../windows/windows.ts'
import type { Material, Materials } from './material.ts'
import { insecurity, settingsOf } from './settings.ts'

export type Context = ReconcileContext<VaultUnsealer>

export interface ReconcileParts {
  readonly attendance: Attendance
  readonly materials: Materials
  readonly meter: Meter
  readonly allowedHosts: readonly string[]
  /** @throws Error when this replica does not lead */
  readonly assertLeader: () => void
}

/** Works out what an unsealer wants, hands it to those who look after its nodes, and says how they stand. */
export async function reconcileUnsealer(context: Context, parts: ReconcileParts): Promise<ReconcileResult> {
  const { object, cache, clock, signal, client } = context
  const of = nameOf(context)
  const { attendance } = parts
  await attendance.ready(signal)
  const problems = problemsOf(object)
  const parsed = parseTargetUrl(object.spec.vault.url)
  if (problems.length > 0 || parsed.is === 'wrong') {
    attendance.dismiss(of)
    return tell(context, {}, refusalOf(problems.map(({ field, message }) => `${field}: ${message}`)))
  }
  const sources = { client, unsealer: object, grants: (namespace: string) => cache.list(VaultUnsealerGrant, { namespace }) }
  const material = await parts.materials.of(sources, clock, signal)
  if (material.keys.problems.length > 0) parts.meter.error(of, 'keys_loading')
  if (material.tls.is === 'failed') {
    attendance.dismiss(of)
    tell(context, {}, [
      { type: 'Ready', status: 'False', reason: 'TLSConfigInvalid', message: `${material.tls.message}: nothing is called without it` },
    ])
    return { requeueAfter: again(context) }
  }
  const found = discover(context, parsed.url, parts.allowedHosts)
  const { mine, conflicts } = claim(context, found, attendance)
  const settings = settingsOf(object.spec, {
    ...{ members: mine, keys: material.keys, tls: material.tls.tls, secure: parsed.url.secure, namespace: of.namespace },
    absentees: [...found.absentees.map(({ name }) => name), ...conflicts.map(({ node }) => node)],
  })
  const unsealer = attendance.serve(of, settings, () => rememberedBy(object), surroundingsOf(context, parts))
  if (unsealer === undefined) return undefined
  const snapshot = snapshotOf(context, {
    unsealer,
    found,
    conflicts,
    material,
    insecure: insecurity(object.spec, parsed.url.secure, material.tls.tls),
  })
  const fields = statusFields(snapshot)
  if (!isSoonKnown(snapshot)) tell(context, fields, conditionsOf(snapshot))
  if (found.refused.length > 0 || (snapshot.nodes.length === 0 && conflicts.length === 0)) parts.meter.error(of, 'pod_discovery')
  parts.meter.standing(of, snapshot.nodes, { loaded: snapshot.keys.loaded, required: fields.keys?.required ?? 0 }, clock.now())
  return { requeueAfter: again(context), prune: false }
}

/** After a restart what the status says is as good as "not asked yet", until the answer comes, which calls for a reconcile by itself. */
function isSoonKnown({ nodes, previous }: Snapshot): boolean {
  return nodes.some(
    ({ member, node }) =>
      node.standing.reason === 'NotCheckedYet' && previous.some(({ name, uid }) => name === member.name && uid === member.pod?.uid),
  )
}

/** Windows begin and end with a minute; else the interval, give or take a tenth, so that a thousand do not come together. */
export function again({
  object: { spec },
  clock,
}: {
  readonly object: Pick<VaultUnsealer, 'spec'>
  readonly clock: Pick<Clock, 'now'>
}): number {
  const interval = parseDuration(spec.interval) * (0.9 + 0.2 * ((clock.now() % 997) / 997))
  if (spec.windows === undefined && spec.freezes === undefined) return interval
  return Math.min(interval, nextMinute(clock.now()) - clock.now() + 1)
}

function nameOf({ request: { name, namespace = '' } }: Pick<Context, 'request'>): UnsealerName {
  return { name, namespace }
}

function claim({ object, request }: Context, found: DiscoveryResult, attendance: Attendance) {
  const key = keyOf({ name: request.name, namespace: request.namespace ?? '' })
  const created = object.metadata.creationTimestamp ?? ''
  for (const other of attendance.claims.claim(
    { key, created },
    found.members.map(({ id }) => id),
  )) {
    const [namespace = '', name = ''] = other.split('/')
    attendance.trigger({ namespace, name })
  }
  const others = found.members.flatMap(({ id, name }) => {
    const owner = attendance.claims.owner(id)
    return owner === undefined || owner === key ? [] : [{ id, node: name, with: owner }]
  })
  return { mine: found.members.filter(({ id }) => !others.some((other) => other.id === id)), conflicts: others }
}

function rememberedBy({ status }: VaultUnsealer) {
  const rejected = (status?.pods ?? []).flatMap(({ uid, rejectedKeySet }) =>
    uid !== undefined && rejectedKeySet !== undefined ? [[uid, rejectedKeySet] as const] : [],
  )
  return { rejected: new Map(rejected), proven: status?.keys?.proven ?? [], clusterId: status?.clusterID }
}

function surroundingsOf(context: Context, { attendance, meter, assertLeader }: ReconcileParts): Surroundings {
  const { object, cache, client, clock, recorder } = context
  const of = nameOf(context)
  const calendar = new Calendar()
  return {
    async verify(member, signal) {
      const why = await verifyPod(client, member, signal)
      assertLeader()
      return why
    },
    store: (plan) => secretStore({ client, clock, unsealer: object, plan }),
    held: () => heldBy(cache.get(VaultUnsealer, of), calendar, clock.now()),
    told(attendant, notes, log) {
      const { name, pod } = attendant.member
      for (const note of notes) {
        meter.happened(of, name, note)
        if (note.is === 'initialization failed' && note.again) continue
        const event = eventOf(note, name)
        const about = pod === undefined ? undefined : podReference(pod)
        // A submission is the pod's matter: each object may have 25 events at once, and then one in five minutes.
        if (note.is === 'submitted' && about !== undefined) recorder.event(about, { ...event, related: object })
        else recorder.event(object, { ...event, ...(about && { related: about }) })
        if (event.type === 'Warning') log.warn(event.note, { pod: name, reason: event.reason })
        else log.info(event.note, { pod: name, reason: event.reason })
      }
      // In the middle of an attempt there is more to come within a moment.
      if (attendant.node.doing.is !== 'submitting') attendance.triggerSoon(of)
    },
    toldOfRootToken(news, log) {
      if (news.is !== 'hindered') meter.rootToken(of, news.is === 'kept')
      const event = rootTokenEventOf(news)
      recorder.event(object, event)
      if (event.type === 'Warning') log.warn(event.note, { reason: event.reason })
      else log.info(event.note, { reason: event.reason })
    },
  }
}

const podReference = ({ name, namespace, uid }: PodIdentity): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid },
})

/** What the object says at this moment: a person who pauses it means now. */
function heldBy(object: VaultUnsealer | undefined, calendar: Calendar, now: number): Permission {
  const not = (reason: 'Paused' | 'OutsideWindow', message: string): Permission => ({ may: false, reason, message })
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return not('Paused', 'the VaultUnsealer is being deleted')
  if (object.spec.paused) return not('Paused', 'paused by spec.paused: it stays sealed')
  if (isPausedByAnnotation(object)) return not('Paused', 'paused by the annotation kubewright.dev/paused: it stays sealed')
  if (!calendar.isOpenAt(object.spec, now))
    return not('OutsideWindow', 'it is not the time (spec.windows, spec.freezes): it stays sealed until then')
  return { may: true }
}

function snapshotOf(
  { object }: Context,
  given: {
    readonly unsealer: Unsealer
    readonly found: DiscoveryResult
    readonly conflicts: Snapshot['conflicts']
    readonly material: Material
    readonly insecure: string | undefined
  },
): Snapshot {
  const { unsealer, found, conflicts, material, insecure } = given
  const { set, problems } = material.keys
  return {
    namespace: object.metadata.namespace ?? '',
    nodes: unsealer.attendants.map(({ member, node, since }) => ({ member, node, since })),
    ...{ absentees: found.absentees, refused: found.refused, conflicts, insecure },
    keys: { loaded: set.refs.length, set: set.name, proven: unsealer.proven, problems },
    clusterId: unsealer.clusterId,
    previous: object.status?.pods ?? [],
  }
}

/** The time in a status is that of its last change: a status that stays as it is is not written. */
function tell(
  { object, status, condition, clock }: Context,
  fields: ReturnType<typeof statusFields>,
  conditions: readonly ConditionReport[],
): undefined {
  Object.assign(status, fields)
  status.observedGeneration = object.metadata.generation
  for (const { type, status: value, reason, message } of conditions) condition(type, value, reason, message)
  if (!deepEqual(object.status ?? {}, JSON.parse(JSON.stringify(status)))) status.lastReconcileTime = formatTime(clock.now())
  return undefined
}
