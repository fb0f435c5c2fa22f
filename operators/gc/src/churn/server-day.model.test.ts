import type { KubeObject } from 'kubewright'
import { afterAll, expect, test } from 'vitest'
import { type Fault, ServerDay } from '../fake/server-day.ts'

// A day of the whole operator beside a model: the server is asked whether each deletion that it accepts was right at that very moment, and whoever should
// have gone for a while has to be gone. Meanwhile clocks are wrong, watches hang and lose their history, the server is away, requests fail or
// their answers get lost, policies are edited and paused, and leaders change.

const MINUTE = 60_000
const MINUTES = 24 * 60
/** A stamp of whole seconds may name the end of its second. */
const GRAIN = 999
const WORST_SKEW = 10
/** Minutes after which an object that is due has to be gone: our clock may be behind, and after trouble requests wait a quarter of a minute. */
const PATIENCE = WORST_SKEW + 5

const sums = new Map<string, number>()
const count = (what: string, by = 1) => sums.set(what, (sums.get(what) ?? 0) + by)
afterAll(() => console.info(['days of churn:', ...[...sums].map(([what, number]) => `${number} ${what}`)].join(' ')))

/** Mulberry32: the same day for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Rules {
  fixedSeconds: number
  readonly paused: Set<string>
}

function isDue({ metadata }: KubeObject, { fixedSeconds, paused }: Rules, now: number): boolean {
  const { labels = {}, annotations = {}, creationTimestamp = '' } = metadata
  const age = now - (Date.parse(creationTimestamp) + GRAIN)
  if (annotations['gc.kubewright.dev/protect'] === 'true' || labels['hold'] === 'yes') return false
  const app = labels['app'] ?? ''
  if (paused.has(app)) return false
  if (app === 'fixed') return age >= fixedSeconds * 1_000
  if (app !== 'own') return false
  const ttl = annotations['kubewright.dev/ttl']
  if (ttl === 'never' || ttl === 'soon') return false
  return age >= (ttl === undefined ? 7_200_000 : Number(ttl) * 1_000)
}

const select = (labels: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  labelSelector: { matchLabels: labels },
})

function applyPolicies(day: ServerDay, { fixedSeconds, paused }: Rules): void {
  day.policy('fixed', {
    targetResource: select({ app: 'fixed' }),
    ttl: { secondsAfterCreation: fixedSeconds },
    paused: paused.has('fixed'),
  })
  day.policy('own', {
    targetResource: select({ app: 'own' }),
    ttl: { fromObject: {}, secondsAfterCreation: 7_200 },
    paused: paused.has('own'),
  })
}

function change(
  { cluster, objects }: { cluster: ServerDay['cluster']; objects: readonly KubeObject[] },
  random: () => number,
  name: string,
): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const what = random()
  if (what < 0.5 || objects.length === 0) {
    const ttl = pick([undefined, '600', '3600', 'never', 'soon'])
    cluster.put('ConfigMap', name, {
      labels: { app: pick(['fixed', 'own']), hold: random() < 0.1 ? 'yes' : 'no' },
      annotations: ttl === undefined ? {} : { 'kubewright.dev/ttl': ttl },
    })
    return
  }
  const { metadata } = pick(objects)
  const { name: of = '', labels = {}, annotations = {} } = metadata
  if (what < 0.62) {
    cluster.remove('ConfigMap', of)
    if (random() < 0.5) cluster.put('ConfigMap', of, { labels, annotations: {} })
  } else if (what < 0.72) cluster.put('ConfigMap', of, { labels: { ...labels, app: pick(['fixed', 'own', 'none']) } })
  else if (what < 0.8) cluster.put('ConfigMap', of, { labels: { ...labels, hold: pick(['yes', 'no']) } })
  else if (what < 0.9)
    cluster.put('ConfigMap', of, { annotations: { ...annotations, 'gc.kubewright.dev/protect': pick(['true', 'false']) } })
  else cluster.put('ConfigMap', of, { annotations: { ...annotations, 'kubewright.dev/ttl': pick(['60', '1200', 'never']) } })
}

test.each([1, 2, 3, 4])(
  'a day with everything that goes wrong (seed %i): nothing goes that should stay, nothing twice, and what should go goes',
  {
    timeout: 240_000,
  },
  async (seed) => {
    const random = randomOf(seed)
    const rules: Rules = { fixedSeconds: 1_800, paused: new Set() }
    const day = new ServerDay((object, now) => isDue(object, rules, now))
    day.fault = (): Fault => (random() < 0.9 ? 'none' : (['busy', 'broken', 'lost answer'] as const)[Math.floor(random() * 3)]!)
    await day.takeOver()
    day.policy('holds', { targetResource: select({ hold: 'yes' }), action: 'Retain' })
    applyPolicies(day, rules)
    const dueSince = new Map<string, number>()
    let trouble: { readonly over: number; readonly end: () => void } | undefined
    let calmSince = 0
    for (let minute = 0; minute < MINUTES; minute++) {
      for (let n = Math.floor(random() * 4); n > 0; n--) {
        change({ cluster: day.cluster, objects: day.objects() }, random, `o${minute}-${n}`)
        count('operations')
      }
      const luck = random()
      if (trouble === undefined && luck < 0.06) {
        const length = 1 + Math.floor(random() * 8)
        if (luck < 0.04) day.watches.hang()
        else if (luck < 0.05) day.watches.lose()
        else {
          day.watches.lose()
          day.leave()
        }
        count(luck < 0.04 ? 'watches that hung' : luck < 0.05 ? 'histories lost and listed anew' : 'outages')
        trouble = { over: minute + length, end: luck < 0.05 ? () => day.watches.mend() : () => day.comeBack() }
      } else if (trouble !== undefined && minute >= trouble.over) {
        trouble.end()
        trouble = undefined
        calmSince = minute
      } else if (luck > 0.97) {
        rules.fixedSeconds = 900 + Math.floor(random() * 3_000)
        const app = random() < 0.5 ? 'fixed' : 'own'
        if (random() < 0.5) rules.paused.add(app)
        else rules.paused.delete(app)
        applyPolicies(day, rules)
        count('edits and pauses')
      } else if (luck > 0.955 && trouble === undefined) {
        await day.takeOver()
        count('changes of the leader')
      }
      if (minute % 47 === 0) {
        day.skew = Math.round((random() * 2 - 1) * WORST_SKEW * MINUTE)
        count('clocks set')
      }
      await day.clock.advance(MINUTE)
      expect(day.wrongs).toEqual([])
      const now = day.clock.now()
      for (const object of day.objects()) {
        const { uid = '', name = '' } = object.metadata
        if (trouble !== undefined || !isDue(object, rules, now)) dueSince.delete(uid)
        else if (!dueSince.has(uid)) dueSince.set(uid, minute)
        else
          expect(
            minute - Math.max(dueSince.get(uid)!, calmSince),
            `${name} should have gone by ${new Date(now).toISOString()}`,
          ).toBeLessThanOrEqual(PATIENCE)
      }
    }
    await day.end()
    expect(day.tally.deleted).toBeGreaterThan(300)
    count('deletions, all of them right', day.tally.deleted)
    count('refused by their preconditions', day.tally.refused)
    count('requests that failed or lost their answer', day.tally.faults)
  },
)

test('the days had all of it in them', () => {
  for (const what of ['outages', 'changes of the leader', 'histories lost and listed anew', 'refused by their preconditions'])
    expect(sums.get(what), what).toBeGreaterThan(0)
})
