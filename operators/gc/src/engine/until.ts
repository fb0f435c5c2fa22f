/** What the promise brings. @throws the signal's reason when it aborts first */
export async function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController()
  const stopped = AbortSignal.any([signal, done.signal])
  try {
    await Promise.race([promise, aborted(stopped)])
    signal.throwIfAborted()
    return await promise
  } finally {
    done.abort()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
