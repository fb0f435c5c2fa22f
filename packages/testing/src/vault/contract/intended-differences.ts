/** Where the fake answers otherwise than the recording, and why that is meant. Everything else that differs fails the test. */
export interface IntendedDifference {
  readonly scene: string
  readonly step: string
  readonly reason: string
}

const VOTERS = 'a new member is a voter at once: the fake has no autopilot, whose 10 s of probation no operator waits for'

export const INTENDED: readonly IntendedDifference[] = [
  { scene: 'unseal-raft3', step: 'raft configuration', reason: VOTERS },
  { scene: 'unseal-raft3', step: 'autopilot state', reason: `${VOTERS}; of the state only the summary is given` },
  { scene: 'ha-raft3', step: 'raft configuration after rejoin', reason: `${VOTERS}; peers are in the order of the nodes` },
  {
    scene: 'kv2-raft',
    step: '3 values of 500000 bytes on raft',
    reason: 'the second of two wordings names a storage key; the fake has one wording',
  },
]

/**
 * Answers that the recording caught by polling in the middle of a change: three pollers and a changing cluster interleave by chance. The fake shows each of these
 * answers too (other steps hold them), but not in this order.
 */
export const RACES: Readonly<Record<string, readonly string[]>> = {
  'unseal-raft3': [
    'leader on n1 through its unseal',
    'seal-status of n2 while its last share is in work',
    'health of n2 while its last share is in work',
  ],
  'unseal-raft3: leader away': ['', 'right shares while no leader is reachable', 'after the leader is back'],
  'ha-raft3': [
    'step-down',
    'active killed -9',
    'restarted member unseals',
    'seal of the active node',
    'node sealed by API: reopened',
    'only one of three unsealed: no quorum',
    'second of three unsealed: election',
    'removed node',
  ],
}
