import type { ApiAnswer } from './protocol/request.ts'

/** What can go wrong with a call. */
export type S3Fault =
  /** Refused with this code, in the shape of its service. `after`: the request has its effect first. */
  | { readonly is: 'error'; readonly code: string; readonly status: number; readonly message?: string; readonly after?: boolean }
  /** Takes the request and never answers. `after`: the request has its effect first. */
  | { readonly is: 'hang'; readonly after?: boolean }
  /** Breaks the connection. `after`: the request has its effect first: the reply is lost. */
  | { readonly is: 'reset'; readonly after?: boolean }
  /** Milliseconds on the fake's clock before the request is looked at. */
  | { readonly is: 'slow'; readonly ms: number }
  /** Another answer, such as a proxy's page. */
  | { readonly is: 'answer'; readonly answer: ApiAnswer }
  /** Announces the whole answer, sends half of it, and breaks the connection. */
  | { readonly is: 'truncated' }

/** A call as a fault plan sees it: before it is carried out. */
export interface PlannedCall {
  readonly service: 's3' | 'iam' | 'sts'
  readonly operation: string
  readonly accessKeyId: string | undefined
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

/** Which calls fail, and how often. */
export interface S3FaultOptions {
  /** As AWS names it, such as `CreateAccessKey`. @default all */
  readonly operation?: string
  /** Which calls. @default all */
  readonly only?: (call: PlannedCall) => boolean
  /** Calls that pass before the first that meets it. @default 0 */
  readonly skip?: number
  /** How many times. @default for ever */
  readonly times?: number
}

interface Placed {
  readonly fault: S3Fault
  readonly matches: (call: PlannedCall) => boolean
  skip: number
  left: number
}

export class FaultPlan {
  readonly #placed = new Set<Placed>()

  /** @returns what takes it away again */
  add(fault: S3Fault, { operation, only = () => true, skip = 0, times = Number.POSITIVE_INFINITY }: S3FaultOptions = {}): () => void {
    const placed = {
      fault,
      matches: (call: PlannedCall) => (operation === undefined || call.operation === operation) && only(call),
      skip,
      left: times,
    }
    this.#placed.add(placed)
    return () => void this.#placed.delete(placed)
  }

  clear(): void {
    this.#placed.clear()
  }

  /** The fault of this call; one time less of it is left. */
  meet(call: PlannedCall): S3Fault | undefined {
    for (const placed of this.#placed) {
      if (placed.left === 0 || !placed.matches(call)) continue
      if (placed.skip > 0) placed.skip--
      else {
        placed.left--
        return placed.fault
      }
    }
    return undefined
  }
}
