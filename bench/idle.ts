// What gc asks of an API server, and of its own machine, when nothing happens: every request of one minute, and the CPU of its process.
import { sleep } from 'kubewright'
import { TEAMS } from './gc/crowd.ts'
import { withOperatedCrowd } from './gc/operated-crowd.ts'
import type { Measurement } from './main.ts'

const OBJECTS = 100_000
/** Statuses that the start owes are written within ten seconds. */
const SETTLE_MS = 30_000
const MINUTE_MS = 60_000

export function measure(): Promise<Measurement> {
  return withOperatedCrowd(OBJECTS, async ({ crowd, ask }) => {
    await sleep(SETTLE_MS)
    crowd.forget()
    const before = await ask('cpu')
    await sleep(MINUTE_MS)
    const cpuMs = (await ask('cpu')) - before
    const requests = [...crowd.requests]
    const writes = requests.filter(({ method }) => method !== 'GET').length
    const watches = requests.filter(({ watch }) => watch).length
    const cpu = [`${Math.round(cpuMs)} ms`, `${((100 * cpuMs) / MINUTE_MS).toFixed(2)} %`]
    return {
      title: `idle: one quiet minute of gc with ${OBJECTS} ConfigMaps under ${TEAMS} policies; CPU of its process alone`,
      columns: ['writes', 'watches opened', 'other reads', 'CPU', 'of one core'],
      rows: [[...[writes, watches, requests.length - writes - watches].map(String), ...cpu]],
      raw: { objects: OBJECTS, policies: TEAMS, cpuMs, requests },
    }
  })
}
