import { formatTime, type KubeObject, parseTime } from 'kubewright'

/** On an object, in RFC 3339: no policy deletes it before. What is restored bears it, or the policy that deleted it would do so again at once. */
export const KEEP_UNTIL = 'gc.kubewright.dev/keep-until'

type Respite =
  | { readonly is: 'never'; readonly reason: string; readonly until: number }
  /** Who wrote it wanted to keep the object. */
  | { readonly is: 'blocked'; readonly reason: string; readonly until?: undefined }

/** `undefined`: none has been given, or it is over. `now`: wall clock, ms. */
export function respiteOf({ metadata }: KubeObject, now: number): Respite | undefined {
  const text = metadata.annotations?.[KEEP_UNTIL]
  if (text === undefined) return undefined
  const until = parseTime(text)
  if (until === undefined) return { is: 'blocked', reason: `its annotation ${KEEP_UNTIL} is "${text}", which is no RFC 3339 time` }
  return until > now ? { is: 'never', reason: `it is kept until ${formatTime(until)}, says its ${KEEP_UNTIL}`, until } : undefined
}
