// What apps/v1 and batch/v1 refuse beside their templates. The same on both servers, word for word.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const CONTAINERS = [{ name: 'a', image: 'i' }]
const WORKLOAD = { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: CONTAINERS } } }
const JOB = { template: { spec: { restartPolicy: 'Never', containers: CONTAINERS } } }
const CRON = { schedule: '@daily', jobTemplate: { spec: JOB } }
const NEGATIVE = 'Invalid value: -1: must be greater than or equal to 0'

type Row = readonly [over: object, ...causes: string[]]

function rules(plural: string, group: string, base: object, rows: readonly Row[]): void {
  describe(plural, () => {
    test.each(rows.map(([over, ...causes]) => [JSON.stringify(over), over, causes] as const))('%s', async (_, over, causes) => {
      const { code, body } = await admin.send('POST', `/apis/${group}/v1/namespaces/default/${plural}?dryRun=All`, {
        metadata: { name: 'x' },
        spec: { ...base, ...over },
      })
      const told = (body.details?.causes ?? []) as readonly Reply['body'][]
      expect([code, told.map(({ field, message }) => `${field}: ${message}`)]).toEqual([causes.length === 0 ? 201 : 422, causes])
    })
  })
}

const rolling = (rollingUpdate: object) => ({ rollingUpdate })

rules('deployments', 'apps', WORKLOAD, [
  [
    { strategy: { type: 'Recreate', ...rolling({ maxSurge: 1 }) } },
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    { strategy: { type: 'X' } },
    'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    { strategy: rolling({ maxSurge: 0, maxUnavailable: 0 }) },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    { strategy: rolling({ maxSurge: '10', maxUnavailable: '150%' }) },
    "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"10\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
  ],
  [{ strategy: rolling({ maxSurge: -1 }) }, `spec.strategy.rollingUpdate.maxSurge: ${NEGATIVE}`],
  [{ minReadySeconds: -1 }, `spec.minReadySeconds: ${NEGATIVE}`],
  [{ revisionHistoryLimit: -1 }, `spec.revisionHistoryLimit: ${NEGATIVE}`],
  [
    { progressDeadlineSeconds: 5, minReadySeconds: 5 },
    'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
  ],
  [
    { progressDeadlineSeconds: -1 },
    `spec.progressDeadlineSeconds: ${NEGATIVE}`,
    'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds',
  ],
])

rules('daemonsets', 'apps', WORKLOAD, [
  [
    { updateStrategy: { type: 'X' } },
    'spec.updateStrategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    { updateStrategy: rolling({ maxSurge: 1, maxUnavailable: 1 }) },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    { updateStrategy: rolling({ maxSurge: 0, maxUnavailable: 0 }) },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  [
    { updateStrategy: rolling({ maxUnavailable: '101%' }) },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [{ updateStrategy: { type: 'OnDelete', ...rolling({ maxSurge: 1 }) } }],
  [{ minReadySeconds: -1 }, `spec.minReadySeconds: ${NEGATIVE}`],
  [{ revisionHistoryLimit: -1 }, `spec.revisionHistoryLimit: ${NEGATIVE}`],
])

rules('statefulsets', 'apps', WORKLOAD, [
  [{ podManagementPolicy: 'X' }, "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'"],
  [
    { updateStrategy: { type: 'X' } },
    'spec.updateStrategy: Invalid value: {"Type":"X","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
  ],
  [
    { updateStrategy: { type: 'OnDelete', ...rolling({ partition: 1 }) } },
    'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy \'RollingUpdate\'',
  ],
  [{ updateStrategy: rolling({ partition: -1 }) }, `spec.updateStrategy.rollingUpdate.partition: ${NEGATIVE}`],
  [{ minReadySeconds: -1 }, `spec.minReadySeconds: ${NEGATIVE}`],
  [{ ordinals: { start: -1 } }, `spec.ordinals.start: ${NEGATIVE}`],
  [
    { serviceName: 'Bad_Name' },
    "spec.serviceName: Invalid value: \"Bad_Name\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ],
  [
    { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'X', whenScaled: 'Y' } },
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "X": supported values: "Retain", "Delete"',
    'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Y": supported values: "Retain", "Delete"',
  ],
  [{ revisionHistoryLimit: -1 }],
])

rules('replicasets', 'apps', WORKLOAD, [[{ minReadySeconds: -1 }, `spec.minReadySeconds: ${NEGATIVE}`]])

const INDEXED = { completionMode: 'Indexed', completions: 1 }

rules('jobs', 'batch', JOB, [
  ...['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'].map(
    (field): Row => [{ [field]: -1 }, `spec.${field}: ${NEGATIVE}`],
  ),
  [{ backoffLimitPerIndex: 1 }, 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
  [
    { maxFailedIndexes: 1 },
    'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
    'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
  ],
  [{ completionMode: 'X' }, 'spec.completionMode: Unsupported value: "X": supported values: "NonIndexed", "Indexed"'],
  [{ completionMode: 'Indexed', parallelism: 2 }, 'spec.completions: Required value: when completion mode is Indexed'],
  [{ podReplacementPolicy: 'X' }, 'spec.podReplacementPolicy: Unsupported value: "X": supported values: "Failed", "TerminatingOrFailed"'],
  [
    { podReplacementPolicy: 'TerminatingOrFailed', podFailurePolicy: { rules: [] } },
    'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
  ],
  [{ managedBy: 'nodomain' }, 'spec.managedBy: Invalid value: "nodomain": must be a domain-prefixed path (such as "acme.io/foo")'],
  [
    { podFailurePolicy: { rules: [] }, template: { spec: { restartPolicy: 'OnFailure', containers: CONTAINERS } } },
    'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
  ],
  [
    { podFailurePolicy: { rules: [{ action: 'X' }] } },
    'spec.podFailurePolicy.rules[0].action: Unsupported value: "X": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
    'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
  ],
  [
    { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [] } }] } },
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []: at least one value is required',
  ],
  [{ successPolicy: { rules: [] } }, 'spec.successPolicy: Invalid value: {"Rules":[]}: requires indexed completion mode'],
  [
    { ...INDEXED, successPolicy: { rules: [] } },
    'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
  ],
  [
    { ...INDEXED, successPolicy: { rules: [{}] } },
    'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
  ],
])

rules('cronjobs', 'batch', CRON, [
  ...['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].map(
    (field): Row => [{ [field]: -1 }, `spec.${field}: ${NEGATIVE}`],
  ),
  [{ concurrencyPolicy: 'X' }, 'spec.concurrencyPolicy: Unsupported value: "X": supported values: "Allow", "Forbid", "Replace"'],
  [{ schedule: 'bad' }, 'spec.schedule: Invalid value: "bad": expected exactly 5 fields, found 1: [bad]'],
  [
    { schedule: 'TZ=UTC * * * * *' },
    'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [{ schedule: '@never' }, 'spec.schedule: Invalid value: "@never": unrecognized descriptor: @never'],
  [{ jobTemplate: { spec: { ...JOB, backoffLimit: -1 } } }, `spec.jobTemplate.spec.backoffLimit: ${NEGATIVE}`],
])
