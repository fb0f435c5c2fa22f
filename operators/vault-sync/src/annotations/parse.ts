import type { Source, VaultSyncSpec } from '../kind/kinds.ts'
import {
  BINARY_POLICIES,
  DELETION_POLICIES,
  DRIFT_POLICIES,
  MISSING_KEYS_POLICIES,
  SOURCE_MISSING_POLICIES,
  UPDATE_POLICIES,
} from '../kind/policies.ts'
import { problemOfPath } from '../path/grammar.ts'
import { type Interval, readInterval } from './interval.ts'
import { ANNOTATIONS, type AnnotationName, annotation, GROUP } from './names.ts'
import { readSources } from './source-list.ts'
import { didYouMean } from './suggestion.ts'
import { readTemplates } from './templates.ts'

/** What the annotations of an object ask for. */
export interface Request {
  readonly path: string
  /** `undefined`: found out from the object. */
  readonly sources: readonly Source[] | undefined
  readonly templates: Readonly<Record<string, string>> | undefined
  readonly reconcile: Interval
  readonly rotationCheck: Interval
  readonly imagePullSecrets: boolean
  /** What goes into the VaultSync as it is. Absent: the operator's default. */
  readonly options: Partial<
    Pick<
      VaultSyncSpec,
      | 'deletionPolicy'
      | 'driftPolicy'
      | 'updatePolicy'
      | 'binary'
      | 'missingKeys'
      | 'sourceMissing'
      | 'adopt'
      | 'forceFinalize'
      | 'verifyValues'
      | 'kvVersion'
      | 'vault'
      | 'vaultNamespace'
      | 'vaultRole'
      | 'serviceAccount'
      | 'resync'
    >
  >
}

export type Parsed =
  /** The object has no path: it is none of ours. */
  | { readonly is: 'unmanaged'; readonly warnings: readonly string[] }
  /** Everything that is wrong, at once. */
  | { readonly is: 'invalid'; readonly problems: readonly string[]; readonly warnings: readonly string[]; readonly request: Request }
  | { readonly is: 'valid'; readonly request: Request; readonly warnings: readonly string[] }

type Annotations = Readonly<Record<string, string>> | undefined

/** Whether the object asks to be synced: a path that is not empty, as with the original. */
export function isManaged(annotations: Annotations): boolean {
  return (annotations?.[annotation('path')] ?? '') !== ''
}

export function parseAnnotations(annotations: Annotations = {}): Parsed {
  const problems: string[] = []
  const warnings: string[] = []
  const found = ownAnnotations(annotations, problems)
  if (!isManaged(annotations)) {
    const others = [...found.keys()].filter((name) => name !== 'path' && name !== 'secret-versions')
    const idle = others.length === 0 ? [] : [`${annotation('path')} is missing: without it the other ${GROUP} annotations have no effect`]
    return { is: 'unmanaged', warnings: [...problems, ...idle] }
  }
  const request = read(found, problems, warnings)
  return problems.length > 0 ? { is: 'invalid', problems, warnings, request } : { is: 'valid', request, warnings }
}

function ownAnnotations(annotations: NonNullable<Annotations>, problems: string[]): ReadonlyMap<AnnotationName, string> {
  const found = new Map<AnnotationName, string>()
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(`${GROUP}/`)) continue
    const name = key.slice(GROUP.length + 1)
    if ((ANNOTATIONS as readonly string[]).includes(name)) found.set(name as AnnotationName, value)
    else problems.push(`${key}: there is no such annotation${didYouMean(name, ANNOTATIONS)}`)
  }
  return found
}

function read(found: ReadonlyMap<AnnotationName, string>, problems: string[], warnings: string[]): Request {
  const path = found.get('path') ?? ''
  const wrongPath = problemOfPath(path)
  if (wrongPath !== undefined) problems.push(`${annotation('path')}: ${wrongPath}`)
  // Empty is as good as absent, as with the original.
  const text = (name: AnnotationName) => found.get(name) || undefined
  const json = <T>(name: AnnotationName, reader: (text: string) => { readonly value: T; readonly problems: readonly string[] }) => {
    const given = text(name)
    if (given === undefined) return undefined
    const { value, problems: wrong } = reader(given)
    problems.push(...wrong)
    return value
  }
  const choice = <const C extends string>(name: AnnotationName, choices: readonly C[]): C | undefined => {
    const given = text(name)
    if (given === undefined) return undefined
    const chosen = choices.find((each) => each.toLowerCase() === given.toLowerCase())
    if (chosen === undefined) problems.push(`${annotation(name)}: must be one of ${choices.join(', ')}${didYouMean(given, choices)}`)
    return chosen
  }
  const flag = (name: AnnotationName): boolean => {
    const given = text(name)
    if (given !== undefined && given !== 'true' && given !== 'false')
      warnings.push(`${annotation(name)}: is neither "true" nor "false", and counts as "false"`)
    return given === 'true'
  }
  const deletionPolicy = choice('deletion-policy', DELETION_POLICIES)
  const preserve = flag('preserve-on-delete')
  if (preserve && deletionPolicy !== undefined && deletionPolicy !== 'Retain')
    warnings.push(`${annotation('deletion-policy')} has no effect: ${annotation('preserve-on-delete')} is "true"`)
  if (found.has('secret-versions'))
    warnings.push(`${annotation('secret-versions')}: is not used any more and can be removed: the state is in the VaultSync`)
  const serviceAccount = text('service-account')
  const vaultRole = text('vault-role')
  if ((serviceAccount === undefined) !== (vaultRole === undefined))
    problems.push(`${annotation('service-account')} and ${annotation('vault-role')} go together: the one logs in with the other`)
  const rotation = text('rotation-check')
  const interval = rotation === undefined || ['enabled', 'disabled'].includes(rotation) ? undefined : rotation
  const options = {
    deletionPolicy: preserve ? ('Retain' as const) : deletionPolicy,
    driftPolicy: choice('drift-policy', DRIFT_POLICIES),
    updatePolicy: choice('update-policy', UPDATE_POLICIES),
    binary: choice('binary', BINARY_POLICIES),
    missingKeys: choice('missing-keys', MISSING_KEYS_POLICIES),
    sourceMissing: choice('source-missing', SOURCE_MISSING_POLICIES),
    adopt: flag('adopt') || undefined,
    forceFinalize: flag('force-finalize') || undefined,
    verifyValues: rotation === 'disabled' || undefined,
    kvVersion: choice('kv-version', ['1', '2']),
    vault: text('vault'),
    vaultNamespace: text('vault-namespace'),
    vaultRole,
    serviceAccount,
    resync: text('resync'),
  }
  return {
    path,
    sources: json('secrets', readSources),
    templates: json('templates', readTemplates),
    reconcile: intervalIn('reconcile', text('reconcile'), problems, warnings),
    rotationCheck: intervalIn('rotation-check', interval, problems, warnings),
    imagePullSecrets: flag('image-pull-secrets'),
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  }
}

function intervalIn(name: 'reconcile' | 'rotation-check', text: string | undefined, problems: string[], warnings: string[]): Interval {
  return text === undefined ? undefined : readInterval(name, text, problems, warnings)
}
