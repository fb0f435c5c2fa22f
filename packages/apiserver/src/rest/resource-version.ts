import { isResourceVersion } from '@kubewright/core'
import { badRequest, type Refusal, storageError, tooLargeResourceVersion } from '../status/index.ts'

/** The revision a client names; undefined for "" and "0", which leave the choice to the server. @throws Refusal as `refuse` makes it */
export function requestedRevision(text: string, refuse: (problem: string) => Refusal): number | undefined {
  if (text === '' || text === '0') return undefined
  if (isResourceVersion(text)) return Number(text)
  const shown = JSON.stringify(text)
  throw refuse(`resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`)
}

/** A list calls a malformed one the client's mistake; a get and a watch take the storage's word for it, as the real server's do. */
export const refuseList = (problem: string): Refusal => badRequest(`invalid resource version: ${problem}`)
export const refuseRead = (problem: string): Refusal => storageError(problem)

/** @throws Refusal 504: the client has seen a state that this server has not, as after a restart from an older backup */
export function requireReached(text: string, requested: number | undefined, current: number): void {
  if (requested !== undefined && requested > current) throw tooLargeResourceVersion(text, current)
}
