import { Collector } from './collector.ts'
import { Frames } from './live/frames.ts'
import { Pulse } from './live/pulse.ts'
import { answerPage, type DashboardAnswer, type DashboardQuestion, type DashboardStream } from './pages.ts'
import type { DashboardSource } from './source.ts'

/** A live page about one manager. It reads what the program holds anyway: it asks the API server nothing and changes nothing. */
export interface Dashboard {
  /** Looks until the signal aborts. From the start: what happened before anybody opened the page is what one wants to see there. */
  run(signal: AbortSignal): Promise<void>
  answer(url: URL, question: DashboardQuestion): Promise<DashboardAnswer | DashboardStream>
}

/** @param epoch names this run of the program, so that a page does not take it for the last one */
export function createDashboard(source: DashboardSource, epoch: string): Dashboard {
  const frames = new Frames()
  const collector = new Collector(source, frames)
  const pulse = new Pulse({ source, collector, frames })
  return {
    async run(signal) {
      const unsubscribe = source.observations.subscribe((observation) => collector.reconciles.observed(observation))
      try {
        await pulse.run(signal)
      } finally {
        unsubscribe()
        collector.watching.close()
      }
    },
    answer: (url, question) => answerPage(url, question, { source, collector, frames, pulse, epoch }),
  }
}
