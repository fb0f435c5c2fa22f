import { beforeEach } from 'vitest'
import type { Opinion } from '../judgement/opinion.ts'
import type { PolicyMode } from '../tracker/sending-line.ts'
import type { Instant, Step } from '../tracker/step.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import { Tracker } from '../tracker/tracker.ts'

type Deletion = Step & { readonly do: 'delete' }

const mode: PolicyMode = { dryRun: false, paused: false, rate: { perSecond: 1e9, batch: 1e9 }, line: 'ConfigMap.v1' }

export const at = (time: number): Opinion => ({ is: 'at', at: time, reason: 'x' })
export const never: Opinion = { is: 'never', reason: 'kept' }

export function sighting(name: string, more: Partial<Sighting> = {}): Sighting {
  return { uid: `uid-${name}`, name, namespace: 'team', resourceVersion: '1', terminating: false, ...more }
}

/** For tests: a tracker, and the time, which is the test's. */
export class TrackerBench {
  tracker = new Tracker(() => 0)
  now = 0

  instant(): Instant {
    return { wall: this.now, mono: this.now }
  }

  policy(key: string, more: Partial<PolicyMode> = {}): void {
    this.tracker.setPolicy(key, { ...mode, ...more }, this.instant())
  }

  see(key: string, name: string, opinion: Opinion, more: Partial<Sighting> = {}): void {
    this.tracker.observe(key, sighting(name, more), opinion, this.instant())
  }

  next(time = this.now): Step {
    this.now = time
    return this.tracker.next(this.instant())
  }

  /** Everything that is to be deleted now. */
  deletions(time = this.now): Deletion[] {
    const steps: Deletion[] = []
    for (
      let step = this.next(time), mono = time;
      step.do === 'delete' || (step.do === 'wait' && step.ms < 0.01);
      step = this.tracker.next({ wall: time, mono })
    ) {
      if (step.do === 'delete') steps.push(step)
      mono += 1e-6
    }
    return steps
  }

  names(time = this.now): string[] {
    return this.deletions(time).map(({ object }) => object.name)
  }

  census(key: string) {
    return this.tracker.census(key, this.instant())
  }
}

/** A new one for each test of a file. */
export function useTracker(): TrackerBench {
  const bench = new TrackerBench()
  beforeEach(() => {
    bench.tracker = new Tracker(() => 0)
    bench.now = 0
  })
  return bench
}
