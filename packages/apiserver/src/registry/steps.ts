/** A piece of work that may have to wait for others on its way: for admission webhooks, for a conversion. Until it does it is one tick's work. */
export type Steps<T> = Generator<() => Promise<unknown>, T, unknown>

/** Waits within steps: `const x = yield* awaiting(() => promise)`. What was read before it may be out of date after it. */
export function* awaiting<T>(start: () => Promise<T>): Steps<T> {
  return (yield start) as T
}

/** Takes the steps in one tick, so that nothing comes between a check and its write. @throws Error when one of them has to wait: nobody was given who could make it */
export function immediately<T>(steps: Steps<T>): T {
  const { done, value } = steps.next()
  if (done !== true) throw new Error('a write of the server itself has to wait: it must not be subject to admission or conversion')
  return value
}

/** Takes the steps, waiting where they wait. */
export async function inTime<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next()
  while (step.done !== true) {
    try {
      const value = await step.value()
      step = steps.next(value)
    } catch (error) {
      // Within the steps, so that they can answer to it.
      step = steps.throw(error)
    }
  }
  return step.value
}
