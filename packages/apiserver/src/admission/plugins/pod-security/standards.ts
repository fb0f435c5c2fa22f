import type { StatusCause } from '@kubewright/core'
import { invalidValue } from '../../../status/index.ts'
import { BASELINE, type Check } from './baseline-checks.ts'
import type { PodView, Violation } from './pod-view.ts'
import { RESTRICTED } from './restricted-checks.ts'

const LEVELS = ['privileged', 'baseline', 'restricted'] as const
type Level = (typeof LEVELS)[number]

/** A level of the Pod Security Standards, as one version of Kubernetes has it. */
export interface Standard {
  readonly level: Level
  /** Minor version; infinite for the latest. */
  readonly version: number
}

/** What the labels of a namespace say of its pods. */
export interface NamespacePolicy {
  readonly enforce: Standard
  readonly audit: Standard
  readonly warn: Standard
}

type Labels = Readonly<Record<string, string>>

const LABELS = 'pod-security.kubernetes.io/'
const LATEST = Number.POSITIVE_INFINITY

/** `restricted:latest`, `baseline:v1.25` */
export const standardText = ({ level, version }: Standard): string => `${level}:${version === LATEST ? 'latest' : `v1.${version}`}`

export const isStricter = (a: Standard, b: Standard): boolean => LEVELS.indexOf(a.level) > LEVELS.indexOf(b.level)

/** What is unreadable is told, and taken strictly where it is enforced and as nothing where it is not. */
export function policyOf(labels: Labels = {}): { readonly policy: NamespacePolicy; readonly problems: readonly StatusCause[] } {
  const problems: StatusCause[] = []
  const standard = (mode: 'enforce' | 'audit' | 'warn', unreadable: Level): Standard => ({
    level: levelIn(labels, `${LABELS}${mode}`, unreadable, problems),
    version: versionIn(labels, `${LABELS}${mode}-version`, problems),
  })
  const enforce = standard('enforce', 'restricted')
  const audit = standard('audit', 'privileged')
  let warn = standard('warn', 'privileged')
  const isEnforced = (LEVELS as readonly string[]).includes(labels[`${LABELS}enforce`] ?? '')
  if (labels[`${LABELS}warn`] === undefined && isEnforced && isStricter(enforce, warn))
    warn = { level: enforce.level, version: labels[`${LABELS}warn-version`] === undefined ? enforce.version : warn.version }
  return { policy: { enforce, audit, warn }, problems }
}

function levelIn(labels: Labels, key: string, unreadable: Level, problems: StatusCause[]): Level {
  const text = labels[key]
  if (text === undefined) return 'privileged'
  const level = LEVELS.find((each) => each === text)
  if (level === undefined) problems.push(invalidValue(`metadata.labels[${key}]`, text, `must be one of ${LEVELS.join(', ')}`))
  return level ?? unreadable
}

function versionIn(labels: Labels, key: string, problems: StatusCause[]): number {
  const text = labels[key] ?? 'latest'
  const [, minor] = /^v1\.(\d|[1-9]\d*)$/.exec(text) ?? []
  if (text !== 'latest' && minor === undefined) problems.push(invalidValue(`metadata.labels[${key}]`, text, 'must be "latest" or "v1.x"'))
  return minor === undefined ? LATEST : Number(minor)
}

/** What a pod violates of a standard, in the order in which it is told. */
export function violationsOf({ level, version }: Standard, pod: Omit<PodView, 'version'>): readonly Violation[] {
  const known = (checks: readonly Check[]) => checks.filter(({ since }) => since <= version)
  const restricted = level === 'restricted' ? known(RESTRICTED) : []
  const overridden = new Set(restricted.flatMap(({ overrides = [] }) => overrides))
  const baseline = level === 'privileged' ? [] : known(BASELINE).filter(({ id }) => !overridden.has(id))
  return [...baseline, ...restricted].flatMap(({ check }) => check({ ...pod, version }) ?? [])
}

export const reasons = (violations: readonly Violation[]): string => violations.map(({ reason }) => reason).join(', ')

export const details = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
