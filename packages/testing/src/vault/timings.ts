/** How long a cluster takes for what happens between its nodes, in milliseconds. */
export interface VaultTimings {
  /** From the loss of the active node to a new one. @default 5500: measured after kill -9, with raft's performance_multiplier 1 */
  readonly electionAfterLoss: number
  /** The same after a step-down or a seal. @default 600 */
  readonly electionAfterStepDown: number
  /** From the unsealing that makes the quorum to a leader. @default 200 */
  readonly electionAtQuorum: number
  /** Until a restarted member hears of the active node. @default 4400 */
  readonly heartbeat: number
  /** How long a node that joins by retry_join works on its last share. @default 1900 */
  readonly joining: number
  /** From a join's last share to open. @default 1000 */
  readonly opening: number
  /** Until health says 474 instead of 429. @default 10000 */
  readonly leaderless: number
  /** Until a waiting retry_join node has met its leader. @default 700 */
  readonly challenge: number
}

/** As a real Vault 1.21 was seen to take. */
export const REAL_TIMINGS: VaultTimings = {
  electionAfterLoss: 5_500,
  electionAfterStepDown: 600,
  electionAtQuorum: 200,
  heartbeat: 4_400,
  joining: 1_900,
  opening: 1_000,
  leaderless: 10_000,
  challenge: 700,
}

/** Everything at once, for tests about something else. */
export const INSTANT_TIMINGS: VaultTimings = {
  electionAfterLoss: 0,
  electionAfterStepDown: 0,
  electionAtQuorum: 0,
  heartbeat: 0,
  joining: 0,
  opening: 0,
  leaderless: 10_000,
  challenge: 0,
}
