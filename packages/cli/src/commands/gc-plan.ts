import { type PlanReport, planJson, planOf, planPage, planText, survey } from '@kubewright/operator-gc/tools'
import type { Terminal } from '../terminal.ts'
import { type SceneFlags, withScene } from './gc-scene.ts'

export interface PlanFlags extends SceneFlags {
  readonly all?: boolean
  readonly output: 'text' | 'json' | 'html'
}

/** Prints what policies would delete. @throws UsageError */
export async function gcPlan(flags: PlanFlags, terminal: Terminal): Promise<void> {
  const report = await withScene(flags, terminal, async ({ scene, candidates, now, defaults, notes }): Promise<PlanReport> => {
    const policies = planOf(await survey(scene, candidates, { now, defaults }))
    const none = policies.length === 0 ? ['there is no policy; name one with -f'] : []
    return { scene: scene.name, now, notes: [...notes, ...none], policies }
  })
  terminal.stdout.write(textOf(report, flags))
}

function textOf(report: PlanReport, { output, all = false }: PlanFlags): string {
  switch (output) {
    case 'json':
      return planJson(report)
    case 'html':
      return planPage(report)
    case 'text':
      return planText(report, { all })
  }
}
