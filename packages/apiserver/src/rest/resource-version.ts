import { isResourceVersion } from '@kubewright/core'
import { badRequest, tooLargeResourceVersion } from '../status/index.ts'

/** The revision a client names; undefined for "" and "0", which leave the choice to the server. @throws Refusal 400 */
export function requestedRevision(text: string, describe: (problem: string) => string): number | undefined {
  if (text === '' || text === '0') return undefined
  if (!isResourceVersion(text))
    throw badRequest(
      describe(
        `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      ),
    )
  return Number(text)
}

/** @throws Refusal 504: the client has seen a state that this server has not, as after a restart from an older backup */
export function requireReached(requested: number | undefined, current: number): void {
  if (requested !== undefined && requested > current) throw tooLargeResourceVersion(String(requested), current)
}
