import type { VirtualClock } from '../../virtual-clock.ts'
import type { FakeVault } from '../fake-vault.ts'
import { Bindings } from './bindings.ts'
import { differences } from './comparison.ts'
import { type RecordedExchange, recording } from './recording.ts'
import { type Played, play } from './stage.ts'

/** A part of the recording with the servers it was made at, and what was done to them between the requests. */
export interface Scene {
  readonly name: string
  /** Lines of the recording, both included. */
  readonly lines: readonly [from: number, to: number]
  readonly clock: VirtualClock
  /** By the recording's names. */
  readonly cast: Readonly<Record<string, { readonly vault: FakeVault; readonly node: number; readonly recordedAddress: string }>>
  /** The recording is in the order of the answers; the scenes in which requests overlap are played in the order of sending. @default false */
  readonly inOrderOfSending?: boolean
  /** Steps that go on in the background, and are judged at the end. */
  readonly background?: readonly string[]
  /** Directions, each before the first exchange of its step (or, if no step is named so, the first that begins so); `*` is before all. */
  readonly directions?: Readonly<Record<string, (bindings: Bindings) => Promise<unknown> | unknown>>
}

export interface Finding {
  readonly scene: string
  /** Caught by polling in the recording. */
  readonly watched: boolean
  readonly step: string
  readonly request: string
  readonly differences: readonly string[]
}

export interface Report {
  readonly played: number
  readonly findings: readonly Finding[]
}

/** How often a moment that was caught by polling is waited for. */
const MOMENTS = 40
const MOMENT_MS = 250

export async function replay(scene: Scene): Promise<Report> {
  const bindings = new Bindings()
  for (const { vault, node, recordedAddress } of Object.values(scene.cast)) bindings.bind(recordedAddress, vault.nodes[node]!.address)
  const recorded = recording(...scene.lines)
  const rows = scene.inOrderOfSending === true ? recorded.toSorted((a, b) => a.at_ms - b.at_ms) : recorded
  const exact = new Set(rows.map(({ step }) => step))
  const later: Promise<void>[] = []
  const directions = new Map(Object.entries(scene.directions ?? {}))
  const findings: Finding[] = []
  await directions.get('*')?.(bindings)
  for (const row of rows) {
    for (const [step, act] of directions) {
      if (step === '*' || !(row.step === step || (!exact.has(step) && row.step.startsWith(step)))) continue
      directions.delete(step)
      await act(bindings)
    }
    const note = (found: readonly string[]) => {
      if (found.length === 0) return
      const request = `${row.node} ${row.request.method} ${row.request.path}`
      findings.push({ scene: scene.name, watched: row.watch === true, step: row.step, request, differences: found })
    }
    if (scene.background?.includes(row.step) === true)
      later.push(send(row, scene, bindings, true).then((played) => note(judge(row, played, bindings))))
    else note(await playRow(row, scene, bindings))
  }
  await Promise.all(later)
  directions.delete('*')
  for (const step of directions.keys())
    findings.push({ scene: scene.name, watched: false, step, request: '', differences: ['no such step in the recording'] })
  return { played: rows.length, findings }
}

async function playRow(row: RecordedExchange, scene: Scene, bindings: Bindings): Promise<readonly string[]> {
  for (let moment = 0; ; moment++) {
    const found = judge(row, await send(row, scene, bindings), bindings)
    if (found.length === 0 || row.watch !== true || moment === MOMENTS) return found
    await scene.clock.advance(MOMENT_MS)
  }
}

function send(row: RecordedExchange, scene: Scene, bindings: Bindings, inBackground = false): Promise<Played> {
  const { vault, node } = scene.cast[row.node]!
  const { method, path, headers, body } = row.request
  const address = vault.nodes[node]!.address
  const base = row.step === 'http to https port' ? address.replace('https:', 'http:') : address
  const sent = bindings.applied(expanded(body, row.step))
  return play(
    {
      url: `${base}${bindings.text(path)}`,
      method,
      headers: bindings.applied(headers) as Readonly<Record<string, string>>,
      body: body === undefined ? undefined : typeof sent === 'string' ? sent : JSON.stringify(sent),
      ca: vault.ca,
    },
    scene.clock,
    inBackground,
  )
}

function judge(row: RecordedExchange, played: Played, bindings: Bindings): readonly string[] {
  const { response } = row
  if ('error' in response) {
    const wanted = response.error.startsWith('CLIENT_TIMEOUT') ? 'silence' : response.error
    const got = played.is === 'failure' ? played.code : played.is === 'silence' ? 'silence' : `status ${played.answer.status}`
    return got === wanted ? [] : [`${got} instead of ${wanted}`]
  }
  if (played.is !== 'answer') return [played.is === 'silence' ? 'no answer' : played.code]
  const { answer } = played
  if (answer.status !== response.status) return [`status ${answer.status} instead of ${response.status}: ${JSON.stringify(answer.body)}`]
  return [...headerDifferences(response.headers, answer.headers, bindings), ...differences(response.body, answer.body, bindings)]
}

/** Headers that the recording does not have: its writer left the ordinary ones out. */
const UNRECORDED = new Set(['date', 'content-length', 'connection', 'keep-alive', 'transfer-encoding', 'cache-control', 'vary'])

function headerDifferences(
  recorded: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string | string[] | undefined>>,
  bindings: Bindings,
): string[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(live)])
  return [...names]
    .filter((name) => !UNRECORDED.has(name))
    .flatMap((name) => {
      const [was, is] = [recorded[name], live[name]]
      return was !== undefined && bindings.text(was) === is ? [] : was === is ? [] : [`header ${name} is ${is} and ${was} in Vault`]
    })
}

/** Large bodies are only described in the recording. */
function expanded(body: unknown, step: string): unknown {
  const text = (described: string): unknown => {
    const bytes = /^<(\d+) bytes of x>$/.exec(described)
    if (bytes !== null) return 'x'.repeat(Number(bytes[1]))
    const keys = /^<(\d+) keys>$/.exec(described)
    if (keys !== null) return Object.fromEntries(Array.from({ length: Number(keys[1]) }, (_, index) => [`k${index}`, 'v']))
    return described
  }
  if (typeof body === 'string') {
    const several = /^<(\d+) x (\d+) bytes>$/.exec(body)
    if (several !== null)
      return { data: Object.fromEntries(Array.from({ length: Number(several[1]) }, (_, i) => [`k${i}`, 'x'.repeat(Number(several[2]))])) }
    if (body === '<40 MB>') return { data: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'x'.repeat(800_000)])) }
    const one = text(body)
    return one === body ? body : { data: { a: one } }
  }
  if (typeof body !== 'object' || body === null || !/bytes|keys/.test(step)) return body
  const { data } = body as { readonly data?: unknown }
  if (typeof data === 'string') return { ...body, data: text(data) }
  if (typeof data !== 'object' || data === null) return body
  return {
    ...body,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? text(value) : value])),
  }
}
