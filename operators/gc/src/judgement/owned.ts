import { controllerOf, type KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import type { PolicySpec } from '../kinds/policies.ts'
import type { TargetKind } from '../policy/target.ts'
import { compileState, type State } from '../states/states.ts'
import { ALWAYS } from '../time/spans.ts'

/** Whether a policy spares what a controller looks after: deleted, it would be made anew at once, for ever. */
export interface OwnedRule {
  readonly metadataOnly: boolean
  /** Why the object stays, or `undefined`. */
  spares(object: KubeObject, context: Context): string | undefined
}

/** What its controller does not replace when it is gone. */
const DONE: Readonly<Record<string, State>> = {
  Pod: 'Finished',
  'Job.batch': 'Finished',
  'ReplicaSet.apps': 'ScaledToZero',
  'PipelineRun.tekton.dev': 'Finished',
  'TaskRun.tekton.dev': 'Finished',
  'Workflow.argoproj.io': 'Finished',
}

export function ownedRule(owned: PolicySpec['behavior']['owned'], kind: TargetKind): OwnedRule {
  if (owned === 'Delete') return { metadataOnly: true, spares: () => undefined }
  const key = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const state = owned === 'Finished' && Object.hasOwn(DONE, key) ? DONE[key] : undefined
  const isDone = state === undefined ? undefined : compileState(state, kind)
  return {
    metadataOnly: isDone === undefined,
    spares(object, context) {
      const owner = controllerOf(object)
      if (owner === undefined) return undefined
      const done = isDone?.(object, context)
      if (done?.is === 'known' && done.spans === ALWAYS) return undefined
      return `its controller, ${owner.kind} ${owner.name}, would make it anew; behavior.owned says whether it goes all the same`
    },
  }
}
