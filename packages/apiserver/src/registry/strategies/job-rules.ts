import type { StatusCause } from '@kubewright/core'
import { invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, listAt, optionalFields } from '../fields.ts'
import { nonNegative } from './number-rules.ts'

/** What the spec of a Job may say beside its template: kube-apiserver's rules, in its words. */
export function jobRules(spec: Fields, at: string): readonly StatusCause[] {
  return [
    ...nonNegative(
      spec,
      at,
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
      'backoffLimitPerIndex',
      'maxFailedIndexes',
    ),
    ...(spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined
      ? [requiredValue(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
      : []),
    ...managedBy(spec['managedBy'], `${at}.managedBy`),
    ...completionMode(spec, at),
    ...failurePolicy(optionalFields(spec, 'podFailurePolicy'), `${at}.podFailurePolicy`),
    ...successPolicy(spec, `${at}.successPolicy`),
    ...replacementPolicy(spec, `${at}.podReplacementPolicy`),
  ]
}

function managedBy(value: unknown, field: string): readonly StatusCause[] {
  if (value === undefined || /^[^/]+\/.+$/.test(String(value))) return []
  return [invalidValue(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
}

const MODES = ['NonIndexed', 'Indexed']
/** Pods of an Indexed Job that run at the same time. */
const MOST_PARALLEL = 100_000

function completionMode(spec: Fields, at: string): readonly StatusCause[] {
  const { completionMode: mode = 'NonIndexed', completions, parallelism } = spec
  if (!MODES.includes(String(mode))) return [unsupportedValue(`${at}.completionMode`, mode, MODES)]
  if (mode === 'NonIndexed')
    return ['backoffLimitPerIndex', 'maxFailedIndexes']
      .filter((field) => spec[field] !== undefined)
      .map((field) => invalidValue(`${at}.${field}`, spec[field], 'requires indexed completion mode'))
  return [
    ...(completions === undefined ? [requiredValue(`${at}.completions`, 'when completion mode is Indexed')] : []),
    ...(Number(parallelism ?? 0) > MOST_PARALLEL
      ? [invalidValue(`${at}.parallelism`, parallelism, `must be less than or equal to ${MOST_PARALLEL} when completion mode is Indexed`)]
      : []),
    ...(completions !== undefined && Number(spec['maxFailedIndexes'] ?? 0) > Number(completions)
      ? [invalidValue(`${at}.maxFailedIndexes`, spec['maxFailedIndexes'], 'must be less than or equal to completions')]
      : []),
  ]
}

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']

function failurePolicy(policy: Fields | undefined, at: string): readonly StatusCause[] {
  return listAt(policy ?? {}, 'rules').flatMap((rule, index) => {
    const field = `${at}.rules[${index}]`
    const codes = optionalFields(rule, 'onExitCodes')
    const says = codes !== undefined || listAt(rule, 'onPodConditions').length > 0
    return [
      ...(ACTIONS.includes(String(rule['action'])) ? [] : [unsupportedValue(`${field}.action`, rule['action'], ACTIONS)]),
      ...(codes !== undefined && (codes['values'] as readonly unknown[] | undefined)?.length === 0
        ? [invalidValue(`${field}.onExitCodes.values`, [], 'at least one value is required')]
        : []),
      ...(says
        ? []
        : [
            { reason: 'FieldValueInvalid', message: 'Invalid value: specifying one of OnExitCodes and OnPodConditions is required', field },
          ]),
    ]
  })
}

function successPolicy(spec: Fields, at: string): readonly StatusCause[] {
  const policy = optionalFields(spec, 'successPolicy')
  if (policy === undefined) return []
  const rules = listAt(policy, 'rules')
  if (spec['completionMode'] !== 'Indexed') return [invalidValue(at, { Rules: rules }, 'requires indexed completion mode')]
  if (rules.length === 0) return [requiredValue(`${at}.rules`, 'at least one rules must be specified when the successPolicy is specified')]
  return rules.flatMap(({ succeededCount, succeededIndexes }, index) =>
    succeededCount === undefined && succeededIndexes === undefined
      ? [requiredValue(`${at}.rules[${index}]`, 'at least one of succeededCount or succeededIndexes must be specified')]
      : [],
  )
}

function replacementPolicy(spec: Fields, field: string): readonly StatusCause[] {
  const { podReplacementPolicy: policy } = spec
  // A pod that may yet fail must not be counted, nor replaced, before it has.
  const allowed = optionalFields(spec, 'podFailurePolicy') === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  return policy === undefined || allowed.includes(String(policy)) ? [] : [unsupportedValue(field, policy, allowed)]
}

const CONCURRENCY = ['Allow', 'Forbid', 'Replace']
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])

/** What the spec of a CronJob may say beside its schedule's numbers and its template. */
export function cronJobRules(spec: Fields): readonly StatusCause[] {
  const { concurrencyPolicy: policy } = spec
  return [
    ...schedule(String(spec['schedule'] ?? '')),
    ...nonNegative(spec, 'spec', 'startingDeadlineSeconds'),
    ...(CONCURRENCY.includes(String(policy)) ? [] : [unsupportedValue('spec.concurrencyPolicy', policy, CONCURRENCY)]),
    ...nonNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'),
  ]
}

function schedule(text: string): readonly StatusCause[] {
  if (text.includes('TZ')) return [invalidValue('spec.schedule', text, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')]
  if (!text.startsWith('@') || DESCRIPTORS.has(text) || text.startsWith('@every ')) return []
  return [invalidValue('spec.schedule', text, `unrecognized descriptor: ${text}`)]
}
