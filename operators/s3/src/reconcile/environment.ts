import type { S3Config } from '../config.ts'
import type { Meter } from '../metrics/meter.ts'
import type { ConnectionPool } from '../provider/connection-pool.ts'
import type { Creations } from './creations.ts'

/** What all controllers share. */
export interface Environment {
  readonly settings: S3Config
  readonly connections: ConnectionPool
  readonly creations: Creations
  readonly meter: Meter
  /** Hides a secret in everything that is told from now on. */
  readonly conceal: (secret: string) => void
  readonly random: () => number
  readonly newId: () => string
  /** This start of this process. */
  readonly me: string
}

/** When everything is compared again, in ms: with jitter, so that thousands of buckets do not come in step. */
export const driftDelay = ({ settings, random }: Environment): number => settings.driftCheckIntervalSeconds * 1000 * (0.9 + random() * 0.2)
