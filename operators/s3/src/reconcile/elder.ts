import type { KubeObject } from 'kubewright'
import { Blocked } from './blocked.ts'

/** Until it is looked again whether the older object has gone. */
const MINUTE = 60_000

/**
 * Of several objects that mean one thing on the server the oldest has it. `rivals`: all that mean it, this one among them or not.
 * @throws Blocked with what `saying` makes of the name of the older one
 */
export function yieldToElder<T extends KubeObject>(object: T, rivals: readonly T[], saying: (elder: string) => string): void {
  const elder = rivals.find((other) => ageOf(other) < ageOf(object))
  if (elder === undefined) return
  const { namespace = '', name = '' } = elder.metadata
  throw new Blocked('Conflict', saying(`"${namespace}/${name}", which is older`), MINUTE)
}

/** Of two made in one second it is the one that has been carried out already; then the uid decides, the same way everywhere. */
function ageOf(object: KubeObject): string {
  const { creationTimestamp = '', uid = '' } = object.metadata
  const isCarriedOut = 'status' in object && (object.status as { readonly origin?: string } | undefined)?.origin !== undefined
  return `${creationTimestamp} ${isCarriedOut ? 0 : 1} ${uid}`
}
