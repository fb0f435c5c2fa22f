import { Counter, type Registry } from './prometheus.ts'

/** The families `certwatcher_*`: whether certificates that change on disk arrive in the program. */
export class CertificateMetrics {
  readonly #read: Counter
  readonly #failed: Counter

  constructor(registry: Registry) {
    const registers = [registry]
    this.#read = new Counter({ name: 'certwatcher_read_certificate_total', help: 'Total number of certificate reads', registers })
    this.#failed = new Counter({
      name: 'certwatcher_read_certificate_errors_total',
      help: 'Total number of certificate read errors',
      registers,
    })
  }

  read(): void {
    this.#read.inc()
  }

  failed(): void {
    this.#failed.inc()
  }
}
