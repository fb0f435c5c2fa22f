import type { Lease } from '@kubewright/client'
import { formatMicroTime } from '@kubewright/core'
import { expect, test } from 'vitest'
import { subject } from '../fake/subject.ts'
import { leaseFindings } from './leases.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const lease = (holderIdentity: string, secondsAgo: number): Lease => ({
  metadata: { name: 'kubewright-shop', namespace: 'ns' },
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: formatMicroTime(NOW - secondsAgo * 1_000) },
})
const problems = (leases: readonly Lease[], replicas: number) =>
  leaseFindings(subject(), leases, replicas, 'ns', NOW).map(({ level, problem }) => `${level}: ${problem}`)

test.each<[string, readonly Lease[], number, readonly string[]]>([
  ['renewed a moment ago', [lease('a', 2)], 2, []],
  ['late, within what a slow request takes', [lease('a', 19)], 2, []],
  ['the holder is dead', [lease('a', 120)], 2, ['error: a holds it, and has not renewed it for 2m0s: nobody does the work of shop']],
  ['nothing runs any more', [lease('a', 120)], 0, ['warning: a holds it, and has not renewed it for 2m0s: nobody does the work of shop']],
  ['released, and taken by nobody', [lease('', 120)], 2, ['error: it was released, and none of 2 replicas has taken it']],
  ['released, and nobody is to take it', [lease('', 120)], 0, []],
  ['never there', [], 1, ['warning: no replica of shop has ever led']],
  ['never there, and none is to be', [], 0, []],
])('%s', (_, leases, replicas, expected) => expect(problems(leases, replicas)).toEqual(expected))
