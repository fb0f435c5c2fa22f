import { type DynamicObject, parseTime } from '@kubewright/core'
import { type Actuator, NOTHING, TABLES } from './actuator.ts'
import { isLeaving } from './pod.ts'

interface Secret extends DynamicObject {
  readonly type?: string
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>
}

const NAMESPACE = 'kube-system'
const TOKEN_TYPE = 'bootstrap.kubernetes.io/token'

/** Removes the tokens by which nodes join a cluster when their time is over. */
export const tokenCleaner: Actuator = {
  name: 'tokencleaner',
  table: TABLES.secrets,
  plan(object, { now }) {
    const end = isLeaving(object) ? undefined : expirationOf(object as Secret)
    if (end === undefined) return NOTHING
    return end > now ? { effects: [], dueAt: end } : { effects: [{ do: 'delete', table: TABLES.secrets, object }] }
  },
}

/** Wall-clock milliseconds; undefined: it is no such token, or one that does not end. */
function expirationOf({ metadata, type, data }: Secret): number | undefined {
  if (metadata.namespace !== NAMESPACE || type !== TOKEN_TYPE) return undefined
  const text = Buffer.from(data?.['expiration'] ?? '', 'base64').toString()
  // A time that cannot be read is over, as for kube-controller-manager: a token for ever is nothing that a typing error should make.
  return text === '' ? undefined : (parseTime(text) ?? 0)
}
