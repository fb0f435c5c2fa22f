import type { VaultSyncSpec } from '../kind/kinds.ts'
import { parseTemplate, render, valuesIn } from './template.ts'
import { encodeValue } from './value.ts'

/** A Secret as it was read. `undefined`: there is none. */
export interface SecretContent {
  readonly type: string | undefined
  readonly data: ReadonlyMap<string, Uint8Array>
}

/** One secret that is to be in Vault. */
export interface Desired {
  /** Below the object's path; `''`: the path itself. */
  readonly subPath: string
  readonly data: Readonly<Record<string, string>>
  /** Keys of which the value is base64. */
  readonly base64: readonly string[]
  readonly bytes: number
}

export type ProblemReason =
  | 'SourceMissing'
  | 'KeyMissing'
  | 'KeyCollision'
  | 'BinaryValue'
  | 'SecretTypeRefused'
  | 'TooLarge'
  | 'NothingToSync'

export interface ContentProblem {
  readonly reason: ProblemReason
  readonly message: string
  readonly secret?: string
  readonly key?: string
}

export interface Content {
  /** What can be written. */
  readonly desired: readonly Desired[]
  /** Sub-paths that are wanted and cannot be made at the moment: what is there in Vault stays. */
  readonly held: readonly string[]
  readonly problems: readonly ContentProblem[]
}

type Spec = Pick<VaultSyncSpec, 'layout' | 'sources' | 'templates' | 'binary' | 'missingKeys' | 'sourceMissing'>

export interface ContentLimits {
  /** Bytes of a whole secret as JSON. Raft takes entries of 1 MiB. */
  readonly maxBytes: number
}

/** Credentials of Kubernetes itself, and state of tools: nobody wants those copied by accident. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  'kubernetes.io/service-account-token': 'a token of a ServiceAccount',
  'bootstrap.kubernetes.io/token': 'a bootstrap token',
  'helm.sh/release.v1': 'a release of Helm',
}

/** The Secrets that have to be read. */
export function secretNamesOf({ sources = [], templates = {} }: Pick<VaultSyncSpec, 'sources' | 'templates'>): readonly string[] {
  const inTemplates = Object.values(templates).flatMap((text) => {
    const parsed = parseTemplate(text)
    return parsed.is === 'template' ? valuesIn(parsed).map(({ secret }) => secret) : []
  })
  return [...new Set([...sources.map(({ name }) => name), ...inTemplates])].sort()
}

/** What is to be in Vault, of the Secrets as they are. Pure; what is wrong is said about names alone, never about values. */
export function contentOf(spec: Spec, secrets: ReadonlyMap<string, SecretContent | undefined>, limits: ContentLimits): Content {
  return spec.layout === 'PerSecret' ? perSecret(spec, secrets, limits) : merged(spec, secrets, limits)
}

function perSecret(spec: Spec, secrets: ReadonlyMap<string, SecretContent | undefined>, limits: ContentLimits): Content {
  const desired: Desired[] = []
  const held: string[] = []
  const problems: ContentProblem[] = []
  for (const source of spec.sources ?? []) {
    const single = collect({ ...spec, sources: [source], templates: {} }, secrets)
    if (isGone(single, spec)) continue
    const made = finish(source.name, single, limits)
    problems.push(...made.problems)
    if (made.desired !== undefined) desired.push(made.desired)
    else held.push(source.name)
  }
  return { desired, held, problems }
}

function merged(spec: Spec, secrets: ReadonlyMap<string, SecretContent | undefined>, limits: ContentLimits): Content {
  const collected = collect(spec, secrets)
  if (isGone(collected, spec)) return { desired: [], held: [], problems: [] }
  const { desired, problems } = finish('', collected, limits)
  return desired === undefined ? { desired: [], held: [''], problems } : { desired: [desired], held: [], problems }
}

/** That nothing of it is there any more is what somebody wanted to be followed. */
const isGone = ({ missing, problems }: Collected, { sourceMissing }: Spec): boolean =>
  missing && sourceMissing === 'Delete' && problems.every(({ reason }) => reason === 'SourceMissing')

interface Collected {
  readonly data: Map<string, string>
  readonly base64: Set<string>
  readonly problems: ContentProblem[]
  /** No Secret of it is there. */
  missing: boolean
}

function collect(spec: Spec, secrets: ReadonlyMap<string, SecretContent | undefined>): Collected {
  const collected: Collected = { data: new Map(), base64: new Set(), problems: [], missing: true }
  const from = new Map<string, string>()
  const put = (key: string, value: { readonly text: string; readonly base64: boolean }, origin: string) => {
    const other = from.get(key)
    if (other !== undefined) {
      collected.problems.push({
        reason: 'KeyCollision',
        message: `"${key}" would come from ${other} and from ${origin}: give one a prefix or another name`,
        key,
      })
      return
    }
    from.set(key, origin)
    collected.data.set(key, value.text)
    if (value.base64) collected.base64.add(key)
  }
  for (const source of spec.sources ?? []) {
    const secret = secrets.get(source.name)
    if (secret === undefined) {
      if (source.optional !== true)
        collected.problems.push({ reason: 'SourceMissing', message: `there is no Secret "${source.name}"`, secret: source.name })
      continue
    }
    const refused = REFUSED_TYPES[secret.type ?? '']
    if (refused !== undefined) {
      collected.problems.push({
        reason: 'SecretTypeRefused',
        message: `the Secret "${source.name}" is ${refused}, which is not pushed`,
        secret: source.name,
      })
      continue
    }
    collected.missing = false
    for (const key of source.keys ?? [...secret.data.keys()].sort()) {
      const bytes = secret.data.get(key)
      if (bytes === undefined) {
        if (spec.missingKeys === 'Fail' && source.optional !== true)
          collected.problems.push({
            reason: 'KeyMissing',
            message: `the Secret "${source.name}" has no key "${key}"`,
            secret: source.name,
            key,
          })
        continue
      }
      const value = encodeValue(bytes)
      if (value.base64 && spec.binary === 'Reject')
        collected.problems.push({
          reason: 'BinaryValue',
          message: `the value of "${key}" of the Secret "${source.name}" is no UTF-8`,
          secret: source.name,
          key,
        })
      put(`${source.prefix ?? ''}${ownName(source.rename, key) ?? key}`, value, `"${key}" of the Secret "${source.name}"`)
    }
  }
  for (const [key, text] of Object.entries(spec.templates ?? {})) renderInto(key, text, secrets, collected, put)
  return collected
}

const ownName = (rename: Readonly<Record<string, string>> | undefined, key: string) =>
  rename !== undefined && Object.hasOwn(rename, key) ? rename[key] : undefined

function renderInto(
  key: string,
  text: string,
  secrets: ReadonlyMap<string, SecretContent | undefined>,
  collected: Collected,
  put: (key: string, value: { readonly text: string; readonly base64: boolean }, origin: string) => void,
): void {
  const parsed = parseTemplate(text)
  if (parsed.is === 'malformed') return
  let complete = true
  const lacking = (problem: ContentProblem): string => {
    collected.problems.push(problem)
    complete = false
    return ''
  }
  const rendered = render(parsed.parts, (name, wanted) => {
    const secret = secrets.get(name)
    if (secret === undefined)
      return lacking({
        reason: 'SourceMissing',
        message: `the template "${key}" needs the Secret "${name}", which is not there`,
        secret: name,
      })
    if (REFUSED_TYPES[secret.type ?? ''] !== undefined)
      return lacking({
        reason: 'SecretTypeRefused',
        message: `the template "${key}" needs the Secret "${name}", which is not pushed`,
        secret: name,
      })
    collected.missing = false
    const bytes = secret.data.get(wanted)
    if (bytes === undefined)
      return lacking({
        reason: 'KeyMissing',
        message: `the template "${key}" needs "${wanted}" of the Secret "${name}"`,
        secret: name,
        key: wanted,
      })
    const value = encodeValue(bytes)
    if (value.base64)
      return lacking({
        reason: 'BinaryValue',
        message: `the template "${key}" cannot take "${wanted}" of the Secret "${name}": it is no UTF-8`,
        secret: name,
        key: wanted,
      })
    return value.text
  })
  if (complete) put(key, { text: rendered, base64: false }, `the template "${key}"`)
}

function finish(
  subPath: string,
  { data, base64, problems }: Collected,
  { maxBytes }: ContentLimits,
): { readonly desired: Desired | undefined; readonly problems: readonly ContentProblem[] } {
  if (problems.length > 0) return { desired: undefined, problems }
  // Nothing is no content: an empty write would wipe what is there.
  if (data.size === 0) return { desired: undefined, problems: [] }
  const content = Object.fromEntries(data)
  const bytes = Buffer.byteLength(JSON.stringify(content))
  if (bytes > maxBytes)
    return {
      desired: undefined,
      problems: [
        { reason: 'TooLarge', message: `it would take ${bytes} bytes in Vault, and may take ${maxBytes}: push fewer keys to one path` },
      ],
    }
  return { desired: { subPath, data: content, base64: [...base64].sort(), bytes }, problems: [] }
}
