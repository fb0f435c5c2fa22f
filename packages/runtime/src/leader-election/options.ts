import type { Client } from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'
import { type Duration, milliseconds } from '../controller/duration.ts'
import type { ElectionTimes } from './machine.ts'

/** How replicas elect the one that works. */
export interface LeaderElectionOptions {
  /** Name of the Lease. Replicas of one program share it; two programs must not. */
  readonly leaseName: string
  /** @default the client's namespace */
  readonly leaseNamespace?: string
  /** @default 15 s */
  readonly leaseDuration?: Duration
  /** @default 10 s */
  readonly renewDeadline?: Duration
  /** @default 2 s */
  readonly retryPeriod?: Duration
  /** A client of its own keeps renewals from queueing behind the program's other requests. @default the manager's client */
  readonly client?: Client
  /** Gives the lease back when everything that needed it has stopped, so that the next replica starts at once. @default true */
  readonly releaseOnStop?: boolean
}

export interface ResolvedElection extends ElectionTimes {
  readonly leaseName: string
  readonly leaseNamespace: string
  readonly client: Client
  readonly releaseOnStop: boolean
}

/** @throws ConfigurationError when the times contradict each other */
export function resolveElection(options: LeaderElectionOptions, manager: { readonly client: Client }): ResolvedElection {
  const { leaseName, client = manager.client, leaseNamespace = client.namespace, releaseOnStop = true } = options
  const leaseDuration = milliseconds(options.leaseDuration ?? 15_000)
  const renewDeadline = milliseconds(options.renewDeadline ?? 10_000)
  const retryPeriod = milliseconds(options.retryPeriod ?? 2_000)
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`leader election: ${problem}`)
  }
  if (!leaseName) refuse('"leaseName" is empty: replicas of one program must share a name')
  if (leaseDuration < 1000) refuse(`"leaseDuration" (${leaseDuration} ms) is below 1 s: a Lease counts in whole seconds`)
  if (leaseDuration <= renewDeadline) {
    refuse(
      `"leaseDuration" (${leaseDuration} ms) must be longer than "renewDeadline" (${renewDeadline} ms): another would lead before this one gives up`,
    )
  }
  // client-go's factor: the longest wait of a follower between two tries.
  if (renewDeadline <= retryPeriod * 1.2) {
    refuse(
      `"renewDeadline" (${renewDeadline} ms) must be longer than 1.2 times "retryPeriod" (${retryPeriod} ms): one failed renewal would cost the lease`,
    )
  }
  return { leaseName, leaseNamespace, client, releaseOnStop, leaseDuration, renewDeadline, retryPeriod }
}
