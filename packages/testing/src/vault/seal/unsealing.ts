import { type Answer, errors, readBody } from '../answer.ts'
import type { Cluster, SealKind } from './cluster.ts'
import type { VaultNode } from './node.ts'
import { decodeKey } from './seal-key.ts'

const MIN_KEY = 16
const MAX_KEY = 33

/** PUT sys/unseal, in the order of the server's own checks. `undefined`: the answer is the node's seal status. */
export async function unseal(node: VaultNode, cluster: Cluster, body: Buffer): Promise<Answer | undefined> {
  const read = readBody(body)
  if (read.is === 'empty') return errors(400, 'EOF')
  if (read.is === 'refused') return read.answer
  const { key, reset, migrate } = read.value
  if (reset === true) {
    if (!node.sealed) return errors(400, 'vault is unsealed')
    node.forgetParts()
    return undefined
  }
  if (typeof key !== 'string' || key === '') return errors(400, "'key' must be specified in request body as JSON, or 'reset' set to true")
  const part = decodeKey(key)
  if (part === undefined) return errors(400, "'key' must be a valid hex or base64 string")
  if (node.membership === 'removed') return errors(500, 'node was removed from a HA cluster')
  if (migrate === true && cluster.migration === undefined) return errors(500, "can't perform a seal migration, no migration seal found")
  if (migrate !== true && cluster.migration !== undefined && node.sealed)
    return errors(500, 'migrate option not provided and seal migration is pending')
  await node.unlocked()
  if (!node.initialized || cluster.key === undefined) return errors(400, 'Vault is not initialized')
  if (part.length < MIN_KEY) return errors(400, `invalid key: key is shorter than minimum ${MIN_KEY} bytes`)
  if (part.length > MAX_KEY) return errors(400, `invalid key: key is longer than maximum ${MAX_KEY} bytes`)
  if (!node.sealed) return undefined
  if (node.opening && node.parts.length + 1 >= node.seen.t) {
    // Shares given again while the first ones are still at work: the challenge is gone (hashicorp/vault#25360).
    node.forgetParts()
    return errors(500, 'failed to create cipher: crypto/aes: invalid key size 0')
  }
  const joining = node.joining
  const outcome = await node.take(part, cluster, cluster.ids)
  if (outcome === 'more' || outcome === 'joined') return undefined
  switch (outcome.is) {
    case 'no key':
      return errors(400, `invalid key: ${outcome.why}`)
    case 'wrong key':
      return joining
        ? errors(500, `error decrypting challenge: ${WRONG_KEY}`)
        : errors(400, `unable to retrieve stored keys: invalid key: failed to decrypt keys from storage: ${WRONG_KEY}`)
    case 'open':
      complete(node, cluster)
      return undefined
  }
}

const WRONG_KEY = 'error decrypting seal wrapped value\nerror decrypting using seal shamir: cipher: message authentication failed'

function complete(node: VaultNode, cluster: Cluster): void {
  cluster.opened(node)
  const to: SealKind | undefined = cluster.migration
  if (to === undefined) return
  // The new seal is used at once; the flag goes a moment later, when the active node has rewritten the keys.
  cluster.after(cluster.timings.opening, () => {
    cluster.seal = to
    cluster.migration = undefined
  })
}
