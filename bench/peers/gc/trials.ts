import { type Client, ConfigMap, sleep } from 'kubewright'
import { type Arena, type AtWork, openSite, startWork } from './arena.ts'
import type { Request } from './audit.ts'
import type { Contestant } from './contestant.ts'

/** What it took to delete everything that was due from the start. */
export interface Drain {
  /** From the first DELETE that the server received to the last that it answered. */
  readonly perSecond: number
  /** From the start of the program to the last object gone. */
  readonly seconds: number
  /** Until the last object was gone, and for a while after that. */
  readonly requests: number
  readonly events: number
}

/** What it owes to status and events is a part of the price. */
const AFTERMATH = 3_000
const PATIENCE = 15 * 60_000

export async function drain(
  arena: Arena,
  contestant: Contestant,
  round: string,
  { objects, controls }: { readonly objects: number; readonly controls: number },
): Promise<Drain> {
  const site = await openSite(arena, `${nameOf(contestant)}-${round}`)
  const { namespace } = site
  const seconds = 1
  const numbers = Array.from({ length: objects + controls }, (_, index) => index).values()
  const fill = async () => {
    for (const index of numbers)
      if (index < objects) await createDue(arena.admin, contestant, namespace, index, seconds)
      else await create(arena.admin, namespace, `control-${index}`, 'control', {})
  }
  await Promise.all(Array.from({ length: 16 }, fill))
  await sleep(seconds * 1_000 + 1_500)
  const began = Date.now()
  const work = await startWork(arena, contestant, site, seconds, 'full')
  try {
    await untilGone(arena.admin, namespace, work, contestant)
    const goneAfter = (Date.now() - began) / 1_000
    await sleep(AFTERMATH)
    await checkControls(arena.admin, contestant, namespace, controls)
    const requests = work.requests()
    const deletions = deletionsIn(requests, namespace)
    const first = Math.min(...deletions.map(({ receivedAt }) => receivedAt))
    const last = Math.max(...deletions.map(({ answeredAt }) => answeredAt))
    return {
      perSecond: (objects * 1_000) / (last - first),
      seconds: goneAfter,
      requests: requests.length,
      events: requests.filter(({ resource }) => resource === 'events').length,
    }
  } finally {
    await work.stop()
  }
}

export interface Lateness {
  /** From the second in which an object was due to its DELETE. */
  readonly lateMs: readonly number[]
}

/** Objects that fall due one after the other over one period of the program, at least half a minute. */
export async function lateness(arena: Arena, contestant: Contestant, { objects }: { readonly objects: number }): Promise<Lateness> {
  const site = await openSite(arena, `${nameOf(contestant)}-paced`)
  const { namespace } = site
  const seconds = 10
  const work = await startWork(arena, contestant, site, seconds, 'usual')
  try {
    const dueAt = new Map<string, number>()
    const pause = (Math.max(contestant.looksEvery ?? 0, 30) * 1_000) / objects
    for (let index = 0; index < objects; index++) {
      const { metadata } = await createDue(arena.admin, contestant, namespace, index, seconds)
      dueAt.set(metadata.name!, Date.parse(metadata.creationTimestamp!) + seconds * 1_000)
      await sleep(pause)
    }
    await untilGone(arena.admin, namespace, work, contestant)
    await sleep(AFTERMATH)
    const deletions = deletionsIn(work.requests(), namespace)
    const deletedAt = new Map(deletions.map(({ name, receivedAt }) => [name, receivedAt]))
    const lateMs = [...dueAt].map(([name, due]) => {
      const at = deletedAt.get(name)
      if (at === undefined) throw new Error(`${contestant.name}: ${name} is gone, and its DELETE is not in the audit log: no figures`)
      return at - due
    })
    const early = lateMs.filter((late) => late < 0).length
    if (early > 0) throw new Error(`${contestant.name}: ${early} objects were deleted before their time: no figures`)
    return { lateMs }
  } finally {
    await work.stop()
  }
}

const nameOf = ({ name }: Contestant) => name.split(/[ :]/).slice(0, 2).join('-').replaceAll('.', '-')

const deletionsIn = (requests: readonly Request[], namespace: string) =>
  requests.filter(
    (request) => request.verb === 'delete' && request.resource === 'configmaps' && request.namespace === namespace && request.code === 200,
  )

const createDue = (admin: Client, contestant: Contestant, namespace: string, index: number, seconds: number) =>
  create(admin, namespace, `due-${index}`, 'due', contestant.annotations?.(seconds) ?? {})

const create = async (admin: Client, namespace: string, name: string, role: string, annotations: Readonly<Record<string, string>>) =>
  (await admin.resource(ConfigMap)).create({
    metadata: { namespace, name, labels: { role }, annotations },
    data: { text: 'x'.repeat(200) },
  })

async function untilGone(admin: Client, namespace: string, work: AtWork, { name }: Contestant): Promise<void> {
  const configMaps = (await admin.resource(ConfigMap)).metadataOnly()
  const limit = Date.now() + PATIENCE
  while ((await configMaps.list({ namespace, labelSelector: 'role=due', limit: 1 })).items.length > 0) {
    work.check()
    if (Date.now() > limit) throw new Error(`${name}: due objects are left after ${PATIENCE / 60_000} minutes: no figures`)
    await sleep(100)
  }
}

async function checkControls(admin: Client, { name }: Contestant, namespace: string, controls: number): Promise<void> {
  const kept = (await (await admin.resource(ConfigMap)).metadataOnly().list({ namespace, labelSelector: 'role=control' })).items.length
  if (kept !== controls) throw new Error(`${name}: ${controls - kept} objects that should stay are gone: no figures`)
}
