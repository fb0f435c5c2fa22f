import { afterwards, dev } from './dev-scenes.ts'
import { kvOnRaft } from './kv-scene.ts'
import { highAvailability, leaderAway, loneStandby, unsealing } from './raft-scenes.ts'
import { autoSealedByCall, sealKinds } from './seal-scenes.ts'
import type { Stager } from './staged.ts'

/** What is played to the fake, in the recording's order. */
export const SCENES: Readonly<Record<string, Stager>> = {
  unsealing,
  highAvailability,
  loneStandby,
  leaderAway,
  sealKinds,
  autoSealedByCall,
  dev,
  kvOnRaft,
  afterwards,
}
