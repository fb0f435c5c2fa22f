import { type KubeObject, parseTime } from 'kubewright'
import type { Context, Fact } from '../facts/facts.ts'
import { known } from '../facts/facts.ts'
import { stampAt } from './stamp.ts'
import { LONGEST, parseTimeToLive, type TimeToLive } from './time-to-live.ts'

/** On an object, as annotation or label: how long it may live after its creation, or after {@link REFRESHED_AT}. */
export const TTL = 'kubewright.dev/ttl'
/** On an object, as annotation or label: until when it may live. */
export const EXPIRES = 'kubewright.dev/expires'
/** On an object: its time to live counts from then. */
export const REFRESHED_AT = 'kubewright.dev/refreshed-at'
/** On a namespace: the time to live of objects in it that say nothing. */
export const DEFAULT_TTL = 'kubewright.dev/default-ttl'

export const PEERS = ['KubeJanitor', 'K8sTTLController', 'Kyverno', 'Mayfly'] as const
export type Peer = (typeof PEERS)[number]

interface Names {
  readonly ttl: readonly string[]
  readonly expires: readonly string[]
  readonly refreshedAt?: string
}

const OURS: Names = { ttl: [TTL], expires: [EXPIRES], refreshedAt: REFRESHED_AT }

const THEIRS: Readonly<Record<Peer, Names>> = {
  KubeJanitor: { ttl: ['janitor/ttl'], expires: ['janitor/expires'] },
  K8sTTLController: { ttl: ['k8s-ttl-controller.twin.sh/ttl'], expires: [], refreshedAt: 'k8s-ttl-controller.twin.sh/refreshed-at' },
  Kyverno: { ttl: ['cleanup.kyverno.io/ttl'], expires: [] },
  Mayfly: { ttl: ['mayfly.cloud.namecheap.com/expire'], expires: [] },
}

export interface OwnWordOptions {
  readonly peers: readonly Peer[]
  readonly namespaceDefault: boolean
}

/** A time to live or an end that the object has been given by name. */
export type OwnWord =
  | { readonly is: 'at'; readonly at: number; readonly name: string }
  | { readonly is: 'never'; readonly name: string }
  | { readonly is: 'invalid'; readonly problem: string }
  | { readonly is: 'silent' }

const SILENT: OwnWord = { is: 'silent' }

/** What the object says about itself. When it says several things, what keeps it longest counts, and what cannot be read keeps it. */
export function ownWord({ peers }: Pick<OwnWordOptions, 'peers'>, object: KubeObject): OwnWord {
  let word = SILENT
  for (const names of [OURS, ...peers.map((peer) => THEIRS[peer])]) {
    for (const name of names.ttl) word = longer(word, fromTtl(object, name, names.refreshedAt))
    for (const name of names.expires) word = longer(word, fromExpires(object, name))
  }
  return word
}

/** What the namespace of the object says for those that say nothing. */
export function namespaceWord({ metadata }: KubeObject, { facts }: Context): Fact<OwnWord> {
  if (metadata.namespace === undefined) return known(SILENT)
  const fact = facts.namespace(metadata.namespace)
  if (fact.is === 'unknown') return fact
  const { annotations = {}, labels = {} } = fact.value ?? {}
  const value = own(annotations, DEFAULT_TTL) ?? own(labels, DEFAULT_TTL)
  if (value === undefined) return known(SILENT)
  const created = stampAt(metadata.creationTimestamp)
  const name = `${DEFAULT_TTL} of its namespace`
  return known(created === undefined ? invalid('it has no creationTimestamp') : wordOf(name, parseTimeToLive(value), created))
}

function fromTtl(object: KubeObject, name: string, refreshedName: string | undefined): OwnWord {
  const value = textAt(object, name)
  if (value === undefined) return SILENT
  const refreshed = refreshedName === undefined ? undefined : textAt(object, refreshedName)
  const start = stampAt(refreshed ?? object.metadata.creationTimestamp)
  if (start === undefined) return invalid(`${refreshed === undefined ? 'creationTimestamp' : refreshedName} is no RFC 3339 time`)
  return wordOf(name, parseTimeToLive(compactTime(value) ?? value), start)
}

function fromExpires(object: KubeObject, name: string): OwnWord {
  const value = textAt(object, name)
  if (value === undefined) return SILENT
  // kube-janitor's own format has neither seconds nor a zone, and means UTC.
  const text = compactTime(value) ?? (name === 'janitor/expires' && /T\d\d:\d\d$/.test(value) ? `${value}:00Z` : value)
  const parsed = parseTimeToLive(text)
  if (parsed.is === 'after') return invalid(`${name} is a duration: write a time such as 2026-01-31T12:00:00Z, or use ${TTL}`)
  return wordOf(name, parsed, 0)
}

function wordOf(name: string, ttl: TimeToLive, start: number): OwnWord {
  switch (ttl.is) {
    case 'after':
      return { is: 'at', at: start + Math.min(ttl.milliseconds, LONGEST), name }
    case 'until':
      return { is: 'at', at: ttl.at, name }
    case 'never':
      return { is: 'never', name }
    case 'invalid':
      return invalid(`${name}: ${ttl.problem}`)
  }
}

const RANK = { silent: 0, at: 1, never: 2, invalid: 3 } as const

function longer(a: OwnWord, b: OwnWord): OwnWord {
  if (a.is === 'at' && b.is === 'at') return b.at > a.at ? b : a
  return RANK[b.is] > RANK[a.is] ? b : a
}

/** The values of labels may hold no colons: Kyverno writes 2026-01-31T120000Z. */
function compactTime(value: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z$/.exec(value)
  if (match === null) return undefined
  const text = `${match[1]}${match[2]}:${match[3]}:${match[4]}Z`
  return parseTime(text) === undefined ? undefined : text
}

function textAt({ metadata }: KubeObject, name: string): string | undefined {
  return own(metadata.annotations, name) ?? own(metadata.labels, name)
}

const own = (record: Readonly<Record<string, string>> | undefined, key: string) =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined

const invalid = (problem: string): OwnWord => ({ is: 'invalid', problem })
