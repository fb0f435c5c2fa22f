import { type Answer, errors, type FakeRequest, METHOD_NOT_ALLOWED, NO_CONTENT, readBody, SEALED } from './answer.ts'
import type { Logical } from './logical/logical.ts'
import type { VaultRelease } from './release.ts'
import type { Cluster } from './seal/cluster.ts'
import { initialize, raftJoin } from './seal/initialization.ts'
import type { VaultNode } from './seal/node.ts'
import type { Rekey } from './seal/rekey.ts'
import { health, leader, sealStatus } from './seal/status.ts'
import { unseal } from './seal/unsealing.ts'

export interface NodeContext {
  readonly cluster: Cluster
  readonly logical: Logical
  readonly release: VaultRelease
  readonly rekey: Rekey
  issueRoot(): string
  /** A node left the cluster: it is sealed, or stepped down. */
  remove(id: string): boolean
}

const isWrite = (method: string) => method === 'POST' || method === 'PUT'
const isRead = (method: string) => method === 'GET' || method === 'HEAD'

/** One request at one node: what the node answers itself, and else the active node's answer, by forwarding or redirection. */
export async function answerAt(node: VaultNode, request: FakeRequest, context: NodeContext): Promise<Answer> {
  const { cluster, logical } = context
  const own = await ownAnswer(node, request, context)
  if (own !== undefined) return own
  if (node.sealed) return SEALED
  if (request.headers['x-vault-forward'] !== undefined)
    return errors(400, 'forwarding via header X-Vault-Forward disabled in configuration')
  const elsewhere = redirection(node, request, cluster)
  if (elsewhere !== undefined) return elsewhere
  return (await activeAnswer(request, context)) ?? logical.handle(request)
}

/** What no other node is asked for. */
async function ownAnswer(node: VaultNode, request: FakeRequest, context: NodeContext): Promise<Answer | undefined> {
  const { cluster, release } = context
  const { method, path, query } = request
  const status = (): Answer => ({ status: 200, body: sealStatus(node, cluster, release) })
  switch (path) {
    case 'sys/seal-status':
      if (method !== 'GET') return METHOD_NOT_ALLOWED
      await node.unlocked()
      return status()
    case 'sys/health':
      if (!isRead(method)) return METHOD_NOT_ALLOWED
      await node.unlocked()
      return health(node, cluster, release, query)
    case 'sys/leader':
      if (method !== 'GET') return METHOD_NOT_ALLOWED
      return node.sealed && cluster.storage === 'raft' ? SEALED : { status: 200, body: leader(node, cluster) }
    case 'sys/unseal':
      if (!isWrite(method)) return METHOD_NOT_ALLOWED
      return (await unseal(node, cluster, request.body)) ?? status()
    case 'sys/init':
      if (method === 'GET') return { status: 200, body: { initialized: node.initialized } }
      return isWrite(method) ? initialize(node, cluster, request.body, () => context.issueRoot()) : METHOD_NOT_ALLOWED
    case 'sys/storage/raft/join':
      return isWrite(method) ? raftJoin(node, cluster, request.body) : METHOD_NOT_ALLOWED
    case 'sys/seal':
      return isWrite(method) ? seal(node, request, context) : METHOD_NOT_ALLOWED
    default:
      return undefined
  }
}

function seal(node: VaultNode, request: FakeRequest, { cluster, logical }: NodeContext): Answer {
  if (node.sealed) return NO_CONTENT
  const refused = logical.authorize(request, 'update')
  if (cluster.active !== node && (refused === undefined || refused.status !== 403))
    return errors(500, 'vault cannot seal when in standby mode; please restart instead')
  if (refused !== undefined) return refused
  node.sealed = true
  node.forgetParts()
  cluster.lost(node, cluster.timings.electionAfterStepDown)
  return NO_CONTENT
}

/** Handled by the active node, outside its logical part. */
async function activeAnswer(request: FakeRequest, context: NodeContext): Promise<Answer | undefined> {
  const { cluster, logical, rekey } = context
  switch (request.path) {
    case 'sys/step-down': {
      if (!isWrite(request.method)) return METHOD_NOT_ALLOWED
      const refused = logical.authorize(request, 'update')
      if (refused !== undefined) return refused
      if (cluster.active !== undefined) cluster.lost(cluster.active, cluster.timings.electionAfterStepDown)
      return NO_CONTENT
    }
    case 'sys/rekey/init':
      return rekey.init(request.method, request.body)
    case 'sys/rekey/update':
      return isWrite(request.method) ? rekey.update(request.body) : METHOD_NOT_ALLOWED
    case 'sys/generate-root/attempt':
      if (request.method !== 'GET') return errors(501, 'fakeVault does not generate root tokens')
      return { status: 200, body: noRootGeneration(cluster.key?.threshold ?? 0) }
    case 'sys/storage/raft/remove-peer': {
      const refused = logical.authorize(request, 'update')
      if (refused !== undefined) return refused
      const read = readBody(request.body)
      const id = read.is === 'json' ? String(read.value['server_id'] ?? '') : ''
      return context.remove(id) ? NO_CONTENT : errors(400, `no such peer: ${id}`)
    }
    default:
      return undefined
  }
}

/** Of a standby: `undefined` when it can forward. */
function redirection(node: VaultNode, request: FakeRequest, cluster: Cluster): Answer | undefined {
  if (cluster.active === node) return undefined
  const known = node.knownLeader
  if (known === undefined || known === node || (known === cluster.active && !node.heard))
    return errors(500, 'local node not active but active cluster node not found')
  const unforwarded = request.headers['x-vault-no-request-forwarding'] !== undefined
  // A leader that is gone cannot be forwarded to, and the node names it for as long as it believes in it.
  if (known !== cluster.active || unforwarded) {
    const query = request.query.size === 0 ? '' : `?${request.query}`
    return { status: 307, headers: { location: `${known.address}/v1/${request.path}${query}` } }
  }
  return undefined
}

const noRootGeneration = (required: number) => ({
  nonce: '',
  started: false,
  progress: 0,
  required,
  complete: false,
  encoded_token: '',
  encoded_root_token: '',
  pgp_fingerprint: '',
  otp: '',
  otp_length: 28,
})
