import { parseTime } from '@kubewright/core'
import { humanAge } from '../age.ts'
import { age, type Column, column, name, wide } from '../column.ts'
import { at, hasCondition, listAt, numberAt, orNone, textAt } from '../reading.ts'

/** What kubectl shows of a pod: counted and worded as kube-apiserver's own printer does. */
interface PodSummary {
  readonly ready: number
  readonly total: number
  readonly reason: string
  readonly restarts: number
  /** RFC 3339 time of the last restart, empty without one. */
  readonly lastRestart: string
}

export function summarizePod(pod: unknown): PodSummary {
  const init = summarizeInit(pod)
  const main = init.initializing && !hasCondition(pod, 'Initialized') ? init : summarizeContainers(pod, init)
  const total = listAt(pod, 'spec', 'containers').length + sidecars(pod).size
  return { ready: main.ready, total, reason: deletionReason(pod) ?? main.reason, restarts: main.restarts, lastRestart: main.lastRestart }
}

interface Summary {
  readonly ready: number
  readonly reason: string
  readonly restarts: number
  readonly lastRestart: string
}

interface InitSummary extends Summary {
  readonly initializing: boolean
  readonly sidecarRestarts: number
  readonly lastSidecarRestart: string
}

function sidecars(pod: unknown): ReadonlySet<string> {
  const restartable = listAt(pod, 'spec', 'initContainers').filter((each) => textAt(each, 'restartPolicy') === 'Always')
  return new Set(restartable.map((each) => textAt(each, 'name')))
}

function phaseReason(pod: unknown): string {
  const gated = listAt(pod, 'status', 'conditions').some(
    (each) => textAt(each, 'type') === 'PodScheduled' && textAt(each, 'reason') === 'SchedulingGated',
  )
  return gated ? 'SchedulingGated' : textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase')
}

function summarizeInit(pod: unknown): InitSummary {
  const restartable = sidecars(pod)
  const count = listAt(pod, 'spec', 'initContainers').length
  let ready = 0
  let restarts = 0
  let lastRestart = ''
  let sidecarRestarts = 0
  let lastSidecarRestart = ''
  for (const [index, status] of listAt(pod, 'status', 'initContainerStatuses').entries()) {
    const isSidecar = restartable.has(textAt(status, 'name'))
    restarts += numberAt(status, 'restartCount')
    lastRestart = later(lastRestart, finishedAt(status))
    if (isSidecar) {
      sidecarRestarts += numberAt(status, 'restartCount')
      lastSidecarRestart = later(lastSidecarRestart, finishedAt(status))
    }
    const terminated = at(status, 'state', 'terminated')
    if (terminated && numberAt(terminated, 'exitCode') === 0) continue
    if (isSidecar && at(status, 'started') === true) {
      if (at(status, 'ready') === true) ready += 1
      continue
    }
    const waiting = textAt(status, 'state', 'waiting', 'reason')
    const reason = terminated
      ? `Init:${terminatedReason(terminated)}`
      : waiting && waiting !== 'PodInitializing'
        ? `Init:${waiting}`
        : `Init:${index}/${count}`
    return { ready, reason, restarts, lastRestart, initializing: true, sidecarRestarts, lastSidecarRestart }
  }
  return { ready, reason: phaseReason(pod), restarts, lastRestart, initializing: false, sidecarRestarts, lastSidecarRestart }
}

function summarizeContainers(pod: unknown, init: InitSummary): Summary {
  let { ready, reason } = init
  let restarts = init.sidecarRestarts
  let lastRestart = init.lastSidecarRestart
  let running = false
  for (const status of listAt(pod, 'status', 'containerStatuses').toReversed()) {
    restarts += numberAt(status, 'restartCount')
    lastRestart = later(lastRestart, finishedAt(status))
    const terminated = at(status, 'state', 'terminated')
    const waiting = textAt(status, 'state', 'waiting', 'reason')
    if (waiting) reason = waiting
    else if (terminated) reason = terminatedReason(terminated)
    else if (at(status, 'ready') === true && at(status, 'state', 'running')) {
      running = true
      ready += 1
    }
  }
  // One container may have completed while another still runs.
  if (reason === 'Completed' && running) reason = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady'
  return { ready, reason, restarts, lastRestart }
}

function terminatedReason(terminated: unknown): string {
  const signal = numberAt(terminated, 'signal')
  return textAt(terminated, 'reason') || (signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`)
}

const finishedAt = (status: unknown): string => textAt(status, 'lastState', 'terminated', 'finishedAt')

function later(a: string, b: string): string {
  return (parseTime(b) ?? Number.NEGATIVE_INFINITY) > (parseTime(a) ?? Number.NEGATIVE_INFINITY) ? b : a
}

function deletionReason(pod: unknown): string | undefined {
  if (!at(pod, 'metadata', 'deletionTimestamp')) return undefined
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown'
  return ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')) ? undefined : 'Terminating'
}

function restartsText(pod: unknown, now: number): string {
  const { restarts, lastRestart } = summarizePod(pod)
  return restarts === 0 || lastRestart === '' ? String(restarts) : `${restarts} (${humanAge(lastRestart, now)} ago)`
}

function readinessGates(pod: unknown): string {
  const gates = listAt(pod, 'spec', 'readinessGates')
  if (gates.length === 0) return '<none>'
  return `${gates.filter((each) => hasCondition(pod, textAt(each, 'conditionType'))).length}/${gates.length}`
}

export const podColumns: readonly Column[] = [
  name,
  column('Ready', (pod) => {
    const { ready, total } = summarizePod(pod)
    return `${ready}/${total}`
  }),
  column('Status', (pod) => summarizePod(pod).reason),
  column('Restarts', restartsText),
  age,
  wide('IP', (pod) => orNone(textAt(pod, 'status', 'podIPs', 0, 'ip') || textAt(pod, 'status', 'podIP'))),
  wide('Node', (pod) => orNone(textAt(pod, 'spec', 'nodeName'))),
  wide('Nominated Node', (pod) => orNone(textAt(pod, 'status', 'nominatedNodeName'))),
  wide('Readiness Gates', readinessGates),
]
