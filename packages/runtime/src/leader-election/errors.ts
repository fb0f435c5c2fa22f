/** This replica led, and does not any more. What needed leadership has been told to stop; the program should exit and start anew. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError'
}

/** Something that only the leader may do was tried by a replica that does not lead, or may not lead any more by the time it would be done. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError'
}

/** Whether the program ended because it could not renew its lease. */
export const isLeadershipLost = (error: unknown): error is LeadershipLostError =>
  error instanceof Error && error.name === 'LeadershipLostError'

/** Whether a write was held back, because this replica may not lead any more. */
export const isNotLeader = (error: unknown): error is NotLeaderError => error instanceof Error && error.name === 'NotLeaderError'
