import { useEffect, useState } from 'preact/hooks'

export type Fetched<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'there'; readonly value: T }
  | { readonly is: 'failed'; readonly why: string }

/** No page is asked for more often than that, whatever happens to its object. */
const PACE = 400

/** What the server says at the path, asked again when `version` changes; what was there stays until the new is. */
export function useJson<T>(path: string, version: number): Fetched<T> {
  const [fetched, setFetched] = useState<{ readonly path: string; readonly answer: Fetched<T> }>({ path, answer: { is: 'loading' } })
  useEffect(() => {
    const over = new AbortController()
    const timer = setTimeout(
      () => {
        fetchJson<T>(path, over.signal).then(
          (answer) => setFetched({ path, answer }),
          (error: unknown) => {
            if (!over.signal.aborted) setFetched({ path, answer: { is: 'failed', why: String(error) } })
          },
        )
      },
      fetched.path === path && fetched.answer.is !== 'loading' ? PACE : 0,
    )
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [path, version])
  return fetched.path === path ? fetched.answer : { is: 'loading' }
}

async function fetchJson<T>(path: string, signal: AbortSignal): Promise<Fetched<T>> {
  const response = await fetch(path, { signal })
  const value = (await response.json()) as T & { readonly message?: string }
  return response.ok ? { is: 'there', value } : { is: 'failed', why: value.message ?? `the server answered ${response.status}` }
}
