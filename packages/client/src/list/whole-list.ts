import { isConnectionError, type KubeList, type KubeObject, sleep } from '@kubewright/core'
import { decide } from '../transport/retry-policy.ts'
import type { StreamedAnswer } from '../transport/transport.ts'
import { asBreak } from '../wire/reading.ts'
import { breakable, decodeList, type ListHead, type ListReading } from './list-parts.ts'

export interface WholeListReading extends ListReading {
  /** Sends the request, as often as it takes. */
  open(signal: AbortSignal | undefined): Promise<StreamedAnswer>
  readonly signal: AbortSignal | undefined
  readonly retry: boolean
  readonly random: () => number
}

/** Reads a page to its end. One that breaks off on its way is read anew as any request would be, for nothing of it has been seen yet. */
export async function wholeList<T extends KubeObject>(source: WholeListReading, adapt: (object: T) => T): Promise<KubeList<T>> {
  const { signal, retry, random, clock } = source
  for (let attempts = 1; ; attempts++) {
    const answer = await source.open(signal)
    try {
      return await collect(source, answer, adapt)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      const failure = asBreak(breakable(source), error)
      const decision =
        isConnectionError(failure) && decide(true, { is: 'failure', code: failure.code, sent: true }, { attempts, renewed: false }, random)
      if (!retry || !decision || decision.do !== 'retry') throw failure
      await sleep(decision.afterMs, { clock, signal })
    }
  }
}

async function collect<T extends KubeObject>(source: ListReading, answer: StreamedAnswer, adapt: (object: T) => T): Promise<KubeList<T>> {
  const items: T[] = []
  let head: ListHead = { metadata: {} }
  for await (const parts of decodeList(source, answer, adapt)) {
    for (const part of parts) {
      if (part.type === 'END') head = part.head
      else items.push(part.object)
    }
  }
  return { ...head, items }
}
