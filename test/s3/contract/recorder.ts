import { setTimeout as delay } from 'node:timers/promises'

/** Answers by the title of the case, in the words of the recordings: `200`, `404 NoSuchTagSet`, `200 {"Status":"Enabled"}`. */
export class Recorder {
  readonly answers = new Map<string, string>()

  note(title: string, answer: string): void {
    this.answers.set(title, answer)
  }

  /** `shown`: what of the answer is compared beside its status; undefined shows nothing. */
  async call<T extends Answered>(title: string, sent: Promise<T>, shown?: (answer: T) => string | undefined): Promise<T | undefined> {
    const { answer, text } = await outcome(sent, shown)
    this.note(title, text)
    return answer
  }

  /** Asks until the answer is the expected one: rights may take their time to change. */
  async until(title: string, expected: string, ask: () => Promise<Answered>): Promise<void> {
    const end = performance.now() + PATIENCE
    for (;;) {
      const { text } = await outcome(ask())
      if (text.startsWith(expected)) return this.note(title, `${text} fast`)
      if (performance.now() > end) return this.note(title, `${text} (never changes)`)
      await delay(100)
    }
  }
}

/** Milliseconds. All servers that were recorded changed their rights within 20, or never. */
const PATIENCE = 1500

interface Answered {
  readonly $metadata: { readonly httpStatusCode?: number | undefined }
}

export async function outcome<T extends Answered>(
  sent: Promise<T>,
  shown: (answer: T) => string | undefined = () => undefined,
): Promise<{ readonly answer: T | undefined; readonly text: string }> {
  try {
    const answer = await sent
    const more = shown(answer)
    return { answer, text: `${answer.$metadata.httpStatusCode ?? 0}${more === undefined ? '' : ` ${more}`}` }
  } catch (error) {
    return { answer: undefined, text: failure(error) }
  }
}

/** Status and code as the SDK tells them; an answer that is no XML has neither code nor, at times, status. */
export function failure(error: unknown): string {
  if (!(error instanceof Error)) throw error
  const { $metadata, Code } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number }; readonly Code?: string }
  const status = $metadata?.httpStatusCode ?? (error as { readonly $response?: { readonly statusCode?: number } }).$response?.statusCode
  if (status === undefined) throw error
  const code = Code ?? error.name.replace(/Exception$/, '')
  return code === 'Error' || code === 'SyntaxError' || code === String(status) ? String(status) : `${status} ${code}`
}

export const json = (value: unknown): string | undefined => JSON.stringify(value)

/** Tags are a set: versitygw lists them in another order at each request. */
export const byKey = <T extends { readonly Key?: string | undefined }>(tags: readonly T[] | undefined): T[] | undefined =>
  tags?.toSorted((a, b) => (a.Key ?? '').localeCompare(b.Key ?? ''))
