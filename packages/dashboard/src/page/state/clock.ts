import { useEffect, useState } from 'preact/hooks'

/** The time of the server, as far as this machine can tell: ages are by the clock that made the times. */
export function useNow(serverNow: number | undefined, every = 1000): number {
  const [now, setNow] = useState(Date.now())
  const [offset, setOffset] = useState(0)
  useEffect(() => {
    if (serverNow !== undefined) setOffset(serverNow - Date.now())
  }, [serverNow])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every])
  return now + offset
}
