/** Milliseconds by the machine's clock, and parts of them: for what one process writes and another reads. */
export const now = (): number => performance.timeOrigin + performance.now()
