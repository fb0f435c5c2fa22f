import { type Client, type Clock, formatTime, isConflict, isForbidden, isNotFound, messageOf, Secret } from 'kubewright'
import { BESIDE_SHARES } from '../keys/beside-shares.ts'
import { consentAdvice, mayUseSecret } from '../keys/consent.ts'
import type { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { type InitializationPlan, type KeyStore, KeyStoreRefusal, type Yield } from './plan.ts'

export interface SecretStoreParts {
  readonly client: Client
  readonly clock: Clock
  readonly unsealer: VaultUnsealer
  readonly plan: Pick<InitializationPlan, 'secret' | 'entry'>
}

const { mark: MARK, encryptedRootToken: ENCRYPTED_ROOT_TOKEN, rootToken: ROOT_TOKEN } = BESIDE_SHARES

const encoded = (text: string) => Buffer.from(text).toString('base64')
const decoded = (value: string) => Buffer.from(value, 'base64').toString()

/**
 * A Secret that somebody has made, and handed over. It is never made here, and never written over: each write is for the resource version that was read,
 * so that of two writers one is refused.
 */
export function secretStore({ client, clock, unsealer, plan }: SecretStoreParts): KeyStore {
  const { secret: at, entry } = plan
  const called = `Secret ${at.namespace}/${at.name}`
  let resourceVersion: string | undefined
  const read = async (signal?: AbortSignal) => await (await client.resource(Secret)).get(at, { ...(signal && { signal }) })
  const write = async (data: Readonly<Record<string, string | null>>, signal?: AbortSignal) => {
    const body = { metadata: { resourceVersion }, data }
    const written = await (await client.resource(Secret)).patch(at, { type: 'merge', body }, { ...(signal && { signal }) })
    resourceVersion = written.metadata.resourceVersion
  }
  const refusal = (error: unknown, signal: AbortSignal) => {
    signal.throwIfAborted()
    return error instanceof KeyStoreRefusal ? error : new KeyStoreRefusal(`${called}: ${whyNot(error)}`, { cause: error })
  }
  return {
    async claim(node, signal) {
      try {
        const found = await read(signal)
        const problem = unusable(found, unsealer, plan)
        if (problem !== undefined) throw new KeyStoreRefusal(`${called}: ${problem}`)
        resourceVersion = found.metadata.resourceVersion
        await write({ [entry + MARK]: encoded(`${node}, begun at ${formatTime(clock.now())}`) }, signal)
      } catch (error) {
        throw refusal(error, signal)
      }
    },
    release: () => write({ [entry + MARK]: null }),
    async keep({ shares, rootToken }: Yield) {
      await write({
        [entry]: encoded(JSON.stringify(shares)),
        ...(rootToken.is === 'encrypted'
          ? { [entry + ENCRYPTED_ROOT_TOKEN]: encoded(rootToken.message) }
          : { [entry + ROOT_TOKEN]: encoded(rootToken.token) }),
        [entry + MARK]: null,
      }).catch(async (error: unknown) => {
        // Somebody else has changed something else in it: what is kept here is worth another look.
        if (isConflict(error)) resourceVersion = (await read()).metadata.resourceVersion
        throw error
      })
    },
    async rootToken(signal) {
      try {
        const found = await read(signal)
        const token = found.data?.[entry + ROOT_TOKEN]
        if (token === undefined) return undefined
        // What a Secret holds goes to the nodes of an unsealer that it was handed over to, and to no others.
        if (!mayUseSecret(unsealer, found, [])) throw new KeyStoreRefusal(`${called}: ${notHandedOver(unsealer, at)}`)
        resourceVersion = found.metadata.resourceVersion
        return decoded(token)
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw refusal(error, signal)
      }
    },
    async dropRootToken(signal) {
      try {
        await write({ [entry + ROOT_TOKEN]: null }, signal)
      } catch (error) {
        if (isNotFound(error)) return
        if (isConflict(error)) resourceVersion = (await read(signal).catch(() => undefined))?.metadata.resourceVersion
        throw refusal(error, signal)
      }
    },
  }
}

function unusable(found: Secret, unsealer: VaultUnsealer, { entry, secret }: SecretStoreParts['plan']): string | undefined {
  if (!mayUseSecret(unsealer, found, [])) return notHandedOver(unsealer, secret)
  if (found.immutable === true) return 'it is immutable: make another one'
  if (found.data?.[entry] !== undefined)
    return `its entry "${entry}" holds something already, and is not written over: a Vault was initialised with it before`
  const mark = found.data?.[entry + MARK]
  if (mark === undefined) return undefined
  return `an initialisation (${decoded(mark)}) has not come to its end: if that node is initialised now its shares are lost, and its storage has to be emptied; then delete the entry "${entry}${MARK}"`
}

const notHandedOver = (unsealer: VaultUnsealer, secret: InitializationPlan['secret']) =>
  `it is not handed over to this VaultUnsealer: ${consentAdvice(unsealer.metadata, secret)}`

function whyNot(error: unknown): string {
  if (isNotFound(error)) return 'there is none: make an empty one, and hand it over'
  if (isForbidden(error)) return 'the operator has no right to read and patch it: give it a Role that names this Secret'
  if (isConflict(error)) return 'somebody else has just changed it'
  return `it could not be written: ${messageOf(error)}`
}
