import type { Clock } from '@kubewright/core'
import type { WriteAttempt, WriteGuard } from '../writes/write-guard.ts'

/** A write that a reconcile asked for. Of its content nothing is kept: what it changed is seen when the change comes by the watch. */
export interface ReconcileWrite {
  readonly verb: WriteAttempt['verb']
  readonly group: string
  /** Empty when a raw request was refused: its path does not tell. */
  readonly kind: string
  readonly plural: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly dryRun: boolean
  /** Ms between being asked for and the answer; `undefined`: refused, failed, or answered without an object. */
  readonly ms: number | undefined
}

/** One reconcile that writes more than that shows the first: a person looks for what is wrong, and that is enough of it. */
const MOST = 50

/** Notes the writes of one reconcile as they pass. */
export class WriteNotes implements WriteGuard {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #noted: { readonly write: WriteAttempt; readonly at: number; kind: string; ms: number | undefined }[] = []

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  before(write: WriteAttempt): void {
    // Called again for each attempt to send it, with the same write.
    if (this.#noted.length >= MOST || this.#noted.some((noted) => noted.write === write)) return
    this.#noted.push({ write, at: this.#clock.monotonic(), kind: write.type.kind, ms: undefined })
  }

  after(write: WriteAttempt): void {
    // The answer to a raw request comes with a copy of it that names the kind.
    const noted = this.#noted.find((each) => each.ms === undefined && (each.write === write || isSame(each.write, write)))
    if (noted === undefined) return
    noted.ms = this.#clock.monotonic() - noted.at
    noted.kind = write.type.kind
  }

  list(): readonly ReconcileWrite[] {
    return this.#noted.map(({ write: { verb, type, name, dryRun }, kind, ms }) => {
      return { verb, group: type.group, kind, plural: type.plural, namespace: name?.namespace, name: name?.name, dryRun, ms }
    })
  }
}

function isSame(a: WriteAttempt, b: WriteAttempt): boolean {
  return a.verb === b.verb && a.type.plural === b.type.plural && a.type.group === b.type.group && a.name === b.name
}
