import type { Client } from 'kubewright'
import type { TestCluster } from 'kubewright/testing'
import type { World } from '../../../soak/worlds/world.ts'
import type { ProgramPlan } from '../program.ts'

export interface Stage {
  readonly cluster: TestCluster
  /** The administrator's. */
  readonly admin: Client
  /** For files that programs are given. */
  readonly folder: string
}

/** What there is to be seen of one operator: its everyday life, and everything that its alerts are about. */
export interface Scene {
  readonly programs: readonly ProgramPlan[]
  /** Everyday life: that of the soak. */
  readonly world?: World
  /** What goes wrong, once the programs are ready and the world is prepared. Over when it has all been set going. */
  trouble(): Promise<void>
  stop(): Promise<void>
}
