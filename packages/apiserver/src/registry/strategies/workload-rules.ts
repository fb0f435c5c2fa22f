import { dnsLabelErrors, type StatusCause } from '@kubewright/core'
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, optionalFields } from '../fields.ts'
import { nonNegative } from './number-rules.ts'

/** What the specs of apps/v1 may say of how pods are replaced, and in which numbers: kube-apiserver's rules, in its words. */
export const WORKLOAD_RULES: Readonly<
  Record<'Deployment' | 'DaemonSet' | 'StatefulSet' | 'ReplicaSet', (spec: Fields) => readonly StatusCause[]>
> = {
  Deployment: (spec) => [
    ...deploymentStrategy(optionalFields(spec, 'strategy') ?? {}),
    ...nonNegative(spec, 'spec', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'),
    ...progressDeadline(spec),
  ],
  DaemonSet: (spec) => [
    ...nonNegative(spec, 'spec', 'minReadySeconds'),
    ...daemonStrategy(optionalFields(spec, 'updateStrategy') ?? {}),
    ...nonNegative(spec, 'spec', 'revisionHistoryLimit'),
  ],
  StatefulSet: (spec) => [
    ...(['OrderedReady', 'Parallel'].includes(String(spec['podManagementPolicy']))
      ? []
      : [invalidValue('spec.podManagementPolicy', spec['podManagementPolicy'], "must be 'OrderedReady' or 'Parallel'")]),
    ...statefulStrategy(optionalFields(spec, 'updateStrategy') ?? {}),
    ...claimRetention(optionalFields(spec, 'persistentVolumeClaimRetentionPolicy') ?? {}),
    ...nonNegative(spec, 'spec', 'minReadySeconds'),
    ...nonNegative(optionalFields(spec, 'ordinals') ?? {}, 'spec.ordinals', 'start'),
    ...(spec['serviceName']
      ? dnsLabelErrors(String(spec['serviceName'])).map((problem) => invalidValue('spec.serviceName', spec['serviceName'], problem))
      : []),
  ],
  ReplicaSet: (spec) => nonNegative(spec, 'spec', 'minReadySeconds'),
}

function deploymentStrategy(strategy: Fields): readonly StatusCause[] {
  const at = 'spec.strategy'
  const { type } = strategy
  const rolling = optionalFields(strategy, 'rollingUpdate')
  if (type === 'Recreate')
    return rolling === undefined ? [] : [forbiddenValue(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
  if (type !== 'RollingUpdate') return [unsupportedValue(at, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])]
  const { maxUnavailable, maxSurge } = rolling ?? {}
  return [
    ...countOrPercent(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${at}.rollingUpdate.maxSurge`, maxSurge),
    ...(isZero(maxUnavailable) && isZero(maxSurge)
      ? [invalidValue(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...atMostAll(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable),
  ]
}

function daemonStrategy(strategy: Fields): readonly StatusCause[] {
  const at = 'spec.updateStrategy'
  if (strategy['type'] === 'OnDelete') return []
  if (strategy['type'] !== 'RollingUpdate') return [unsupportedValue(at, shownStrategy(strategy), ['RollingUpdate', 'OnDelete'])]
  const { maxUnavailable, maxSurge } = optionalFields(strategy, 'rollingUpdate') ?? {}
  const [unavailable, surge] = [`${at}.rollingUpdate.maxUnavailable`, `${at}.rollingUpdate.maxSurge`]
  return [
    ...countOrPercent(unavailable, maxUnavailable),
    ...countOrPercent(surge, maxSurge),
    ...atMostAll(unavailable, maxUnavailable),
    ...atMostAll(surge, maxSurge),
    ...(isZero(maxUnavailable) && isZero(maxSurge) ? [requiredValue(unavailable, 'cannot be 0 when maxSurge is 0')] : []),
    ...(isZero(maxUnavailable) || isZero(maxSurge)
      ? []
      : [invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero')]),
  ]
}

function statefulStrategy(strategy: Fields): readonly StatusCause[] {
  const at = 'spec.updateStrategy'
  const rolling = optionalFields(strategy, 'rollingUpdate')
  if (strategy['type'] === 'RollingUpdate') return nonNegative(rolling ?? {}, `${at}.rollingUpdate`, 'partition')
  if (strategy['type'] !== 'OnDelete') return [invalidValue(at, shownStrategy(strategy), "must be 'RollingUpdate' or 'OnDelete'")]
  if (rolling === undefined) return []
  const shown = { Partition: rolling['partition'] ?? 0, MaxUnavailable: rolling['maxUnavailable'] ?? null }
  return [invalidValue(`${at}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")]
}

const claimRetention = (policy: Fields): readonly StatusCause[] =>
  ['whenDeleted', 'whenScaled'].flatMap((field) => {
    const value = policy[field]
    if (value === undefined || value === 'Retain' || value === 'Delete') return []
    return [unsupportedValue(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete'])]
  })

function progressDeadline({ progressDeadlineSeconds: deadline, minReadySeconds = 0 }: Fields): readonly StatusCause[] {
  if (typeof deadline !== 'number' || deadline > Number(minReadySeconds)) return []
  return [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
}

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

function countOrPercent(field: string, value: unknown): readonly StatusCause[] {
  if (typeof value === 'number') return value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : []
  return value === undefined || /^[0-9]+%$/.test(String(value)) ? [] : [invalidValue(field, value, PERCENT)]
}

function atMostAll(field: string, value: unknown): readonly StatusCause[] {
  const [, percent] = /^([0-9]+)%$/.exec(String(value)) ?? []
  return Number(percent) > 100 ? [invalidValue(field, value, 'must not be greater than 100%')] : []
}

const isZero = (value: unknown): boolean => value === undefined || Number.parseInt(String(value), 10) === 0

/** As the real server shows it: by the names of Go's fields. */
const shownStrategy = (strategy: Fields): object => ({
  Type: strategy['type'],
  RollingUpdate: optionalFields(strategy, 'rollingUpdate') ?? null,
})
