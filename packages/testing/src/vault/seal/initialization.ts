import { type Answer, errors, readBody } from '../answer.ts'
import type { Cluster } from './cluster.ts'
import type { VaultNode } from './node.ts'
import { newSealKey, refusedSplit } from './seal-key.ts'

const OF_SHAMIR = ['secret_shares', 'secret_threshold'] as const
const OF_AUTO = ['recovery_shares', 'recovery_threshold'] as const

/** PUT sys/init. `issueRoot` makes the root token. */
export function initialize(node: VaultNode, cluster: Cluster, body: Buffer, issueRoot: () => string): Answer {
  const read = readBody(body)
  if (read.is === 'empty') return errors(400, 'EOF')
  if (read.is === 'refused') return read.answer
  const { seal } = cluster
  const request = read.value
  const wrong = (seal.is === 'auto' ? OF_SHAMIR : OF_AUTO).filter((name) => Number(request[name] ?? 0) !== 0)
  if (cluster.key !== undefined) return errors(400, 'Vault is already initialized')
  if (wrong.length > 0) {
    const pair = seal.is === 'auto' ? OF_SHAMIR : OF_AUTO
    return errors(400, `parameters ${pair.join(',')} not applicable to seal type ${seal.is === 'auto' ? seal.type : 'shamir'}`)
  }
  const [shares, threshold] = (seal.is === 'auto' ? OF_AUTO : OF_SHAMIR).map((name) => Number(request[name] ?? 0)) as [number, number]
  const pgp = request['pgp_keys'] ?? request['recovery_pgp_keys']
  if (Array.isArray(pgp) && pgp.length > 0 && pgp.length !== shares) return errors(400, 'incorrect number of PGP keys')
  const problem = refusedSplit(shares, threshold)
  if (problem !== undefined) return errors(400, `invalid ${seal.is === 'auto' ? 'recovery' : 'seal'} configuration: ${problem}`)
  if ((Array.isArray(pgp) && pgp.length > 0) || request['root_token_pgp_key'] !== undefined)
    return errors(400, 'fakeVault does not encrypt with PGP: leave pgp_keys and root_token_pgp_key out, or use a real server')
  cluster.key = newSealKey(shares, threshold, cluster.ids.bytes)
  node.membership = 'member'
  cluster.readSeal(node)
  const keys = cluster.key.shares.map((share) => share.toString('hex'))
  const keysBase64 = cluster.key.shares.map((share) => share.toString('base64'))
  const rootToken = issueRoot()
  if (seal.is === 'shamir') return { status: 200, body: { keys, keys_base64: keysBase64, root_token: rootToken } }
  cluster.opened(node)
  return {
    status: 200,
    body: { keys: [], keys_base64: [], recovery_keys: keys, recovery_keys_base64: keysBase64, root_token: rootToken },
  }
}

/** POST sys/storage/raft/join. */
export function raftJoin(node: VaultNode, cluster: Cluster, body: Buffer): Answer {
  const read = readBody(body)
  if (read.is === 'refused') return read.answer
  if (node.initialized && node.membership !== 'removed') return { status: 200, body: { joined: true } }
  const address = read.is === 'json' ? read.value['leader_api_addr'] : undefined
  const leader = cluster.nodes.find((other) => other !== node && other.address === address)
  if (leader === undefined || !leader.running || leader.sealed || cluster.active === undefined)
    return errors(500, 'failed to join raft cluster: failed to get raft challenge')
  node.membership = 'challenged by call'
  cluster.readSeal(node)
  return { status: 200, body: { joined: true } }
}
