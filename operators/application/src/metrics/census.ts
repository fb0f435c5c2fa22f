import { Counter, Gauge, type Registry } from 'kubewright'
import { PHASES, type Phase } from '../kind/status.ts'

const KIND = 'Application'

interface Counted {
  readonly namespace: string
  readonly phase: Phase
}

/** How many applications there are, by namespace and by phase; the showcase's metrics under their names. */
export class Census {
  readonly #applications = new Map<string, Counted>()
  readonly #rollbacks: Counter

  constructor(registry: Registry) {
    const applications = this.#applications
    new Gauge({
      name: 'resource_count',
      help: 'Objects by namespace.',
      labelNames: ['kind', 'namespace'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { namespace } of applications.values()) this.inc({ kind: KIND, namespace })
      },
    })
    new Gauge({
      name: 'resource_phase_count',
      help: 'Objects by phase.',
      labelNames: ['kind', 'phase'],
      registers: [registry],
      collect() {
        for (const phase of PHASES) this.set({ kind: KIND, phase }, 0)
        for (const { phase } of applications.values()) this.inc({ kind: KIND, phase })
      },
    })
    this.#rollbacks = new Counter({
      name: 'application_rollbacks_total',
      help: 'Rollouts that failed and were taken back.',
      labelNames: ['namespace'],
      registers: [registry],
    })
  }

  saw(key: { readonly namespace?: string | undefined; readonly name: string }, phase: Phase): void {
    this.#applications.set(keyOf(key), { namespace: key.namespace ?? '', phase })
  }

  forget(key: { readonly namespace?: string | undefined; readonly name: string }): void {
    this.#applications.delete(keyOf(key))
  }

  rolledBack(namespace: string): void {
    this.#rollbacks.inc({ namespace })
  }
}

const keyOf = ({ namespace = '', name }: { readonly namespace?: string | undefined; readonly name: string }) => `${namespace}/${name}`
