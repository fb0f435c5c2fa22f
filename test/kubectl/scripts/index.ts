import type { Script } from '../script.ts'
import { access, limits } from './access.ts'
import { apply, refusals, serverSide } from './apply.ts'
import { changes, deletion } from './changing.ts'
import { charts } from './charts.ts'
import { definitions } from './definitions.ts'
import { describe, discovery, explain, get } from './reading.ts'
import { nodes, rollouts, workloads } from './workloads.ts'

/** What clients of different times do differently. */
export const EVERYDAY: readonly Script[] = [charts, apply, serverSide, changes]

export const SCRIPTS: readonly Script[] = [
  rollouts,
  workloads,
  charts,
  deletion,
  apply,
  serverSide,
  refusals,
  get,
  discovery,
  explain,
  describe,
  changes,
  nodes,
  access,
  limits,
  definitions,
]
