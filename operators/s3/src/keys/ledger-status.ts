import { formatTime, parseTime } from 'kubewright'
import type { AccessKeyStatus } from '../kinds/access-key.ts'
import type { Intent, Ledger } from './ledger.ts'

type Fields = Pick<AccessKeyStatus, 'keys' | 'pending' | 'recentIntents'>

/** The ledger as the status has it. Times in a status have no part of a second. */
export function ledgerOf({ keys = [], pending, recentIntents = [] }: Fields): Ledger {
  return {
    keys: keys.map(({ id, state, createdAt, expiresAt }) => ({
      ...{ id, state, createdAt: timeOf(createdAt) },
      ...(expiresAt !== undefined && { expiresAt: timeOf(expiresAt) }),
    })),
    ...(pending !== undefined && { pending: { ...pending, at: timeOf(pending.at) } }),
    recent: recentIntents.map((intent) => ({ ...intent, at: timeOf(intent.at) })),
  }
}

export function fieldsOf({ keys, pending, recent }: Ledger): { readonly [K in keyof Fields]-?: Fields[K] | undefined } {
  const intent = ({ nonce, at, baseline }: Intent) => ({ nonce, at: formatTime(at), baseline: [...baseline] })
  return {
    keys:
      keys.length === 0
        ? undefined
        : keys.map(({ id, state, createdAt, expiresAt }) => ({
            ...{ id, state, createdAt: formatTime(createdAt) },
            ...(expiresAt !== undefined && { expiresAt: formatTime(expiresAt) }),
          })),
    pending: pending === undefined ? undefined : { ...intent(pending), by: pending.by },
    recentIntents: recent.length === 0 ? undefined : recent.map(intent),
  }
}

const timeOf = (text: string): number => parseTime(text) ?? 0
