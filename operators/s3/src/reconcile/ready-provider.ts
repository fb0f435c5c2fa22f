import { findCondition, type KubeObject } from 'kubewright'
import type { Connection } from '../gateway/connection.ts'
import type { Identity } from '../gateway/identity.ts'
import { Provider } from '../kinds/provider.ts'
import type { Reference } from '../kinds/reference.ts'
import { Blocked } from './blocked.ts'
import type { Environment } from './environment.ts'
import { follow, type Place } from './reference.ts'

export interface Connected {
  readonly provider: Provider
  readonly connection: Connection
}

/** Until a provider is heard of again, when nothing tells. */
const RETRY = 30_000

/** The provider of an object, when it can be worked with. @throws Blocked */
export async function connected(reference: Reference, from: KubeObject, place: Place, { connections }: Environment): Promise<Connected> {
  const provider = follow(Provider, reference, from, place)
  const ready = findCondition(provider.status?.conditions, 'Ready')
  // Its deletion is a generation of its own, in which it still serves those that go before it.
  const isCurrent =
    provider.metadata.deletionTimestamp !== undefined || provider.status?.observedGeneration === provider.metadata.generation
  if (ready?.status !== 'True' || !isCurrent)
    throw new Blocked(
      'ProviderNotReady',
      `Provider "${reference.name}" is not ready: ${ready?.message || 'it was not looked at yet'}`,
      RETRY,
    )
  return { provider, connection: await connections.open(provider, place) }
}

/** @throws Blocked when the provider has no IAM */
export function identityOf({ provider, connection }: Connected): Identity {
  if (connection.identity === undefined)
    throw new Blocked(
      'Unsupported',
      `Provider "${provider.metadata.name ?? ''}" has no iamEndpoint: set it to have users, policies and access keys`,
    )
  return connection.identity
}
