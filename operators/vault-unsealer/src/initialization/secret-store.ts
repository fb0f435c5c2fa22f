import { type Client, type Clock, formatTime, isConflict, isForbidden, isNotFound, messageOf, Secret } from 'kubewright'
import { consentAdvice, mayUseSecret } from '../keys/consent.ts'
import type { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { type InitializationPlan, type KeyStore, KeyStoreRefusal, type Yield } from './plan.ts'

export interface SecretStoreParts {
  readonly client: Client
  readonly clock: Clock
  readonly unsealer: VaultUnsealer
  readonly plan: Pick<InitializationPlan, 'secret' | 'entry'>
}

/** Behind the name of the entry: the initialisation that is under way, or whose end nobody has seen. */
const MARK = '.initializing'
const ROOT_TOKEN = '.root-token.pgp'

const encoded = (text: string) => Buffer.from(text).toString('base64')

/**
 * A Secret that somebody has made, and handed over. It is never made here, and never written over: each write is for the resource version that was read,
 * so that of two writers one is refused.
 */
export function secretStore({ client, clock, unsealer, plan }: SecretStoreParts): KeyStore {
  const { secret: at, entry } = plan
  const called = `Secret ${at.namespace}/${at.name}`
  let resourceVersion: string | undefined
  const write = async (data: Readonly<Record<string, string | null>>, signal?: AbortSignal) => {
    const body = { metadata: { resourceVersion }, data }
    const written = await (await client.resource(Secret)).patch(at, { type: 'merge', body }, { ...(signal && { signal }) })
    resourceVersion = written.metadata.resourceVersion
  }
  return {
    async claim(node, signal) {
      try {
        const found = await (await client.resource(Secret)).get(at, { signal })
        const problem = unusable(found, unsealer, plan)
        if (problem !== undefined) throw new KeyStoreRefusal(`${called}: ${problem}`)
        resourceVersion = found.metadata.resourceVersion
        await write({ [entry + MARK]: encoded(`${node}, begun at ${formatTime(clock.now())}`) }, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof KeyStoreRefusal ? error : new KeyStoreRefusal(`${called}: ${whyNot(error)}`, { cause: error })
      }
    },
    release: () => write({ [entry + MARK]: null }),
    async keep({ shares, encryptedRootToken }: Yield) {
      await write({
        [entry]: encoded(JSON.stringify(shares)),
        ...(encryptedRootToken !== undefined && { [entry + ROOT_TOKEN]: encoded(encryptedRootToken) }),
        [entry + MARK]: null,
      }).catch(async (error: unknown) => {
        // Somebody else has changed something else in it: what is kept here is worth another look.
        if (isConflict(error)) resourceVersion = (await (await client.resource(Secret)).get(at)).metadata.resourceVersion
        throw error
      })
    },
  }
}

function unusable(found: Secret, unsealer: VaultUnsealer, { entry, secret }: SecretStoreParts['plan']): string | undefined {
  if (!mayUseSecret(unsealer, found, [])) return `it is not handed over to this VaultUnsealer: ${consentAdvice(unsealer.metadata, secret)}`
  if (found.immutable === true) return 'it is immutable: make another one'
  if (found.data?.[entry] !== undefined)
    return `its entry "${entry}" holds something already, and is not written over: a Vault was initialised with it before`
  const mark = found.data?.[entry + MARK]
  if (mark === undefined) return undefined
  const begun = Buffer.from(mark, 'base64').toString()
  return `an initialisation (${begun}) has not come to its end: if that node is initialised now its shares are lost, and its storage has to be emptied; then delete the entry "${entry}${MARK}"`
}

function whyNot(error: unknown): string {
  if (isNotFound(error)) return 'there is none: make an empty one, and hand it over'
  if (isForbidden(error)) return 'the operator has no right to patch it: give it a Role that names this Secret'
  if (isConflict(error)) return 'somebody else has just changed it'
  return `it could not be written: ${messageOf(error)}`
}
