import type { StandingReason } from '../machine/model.ts'
import type { Reason } from '../reasons.ts'
import type { ConditionReport, NodeView, Snapshot } from './snapshot.ts'

/** The original's four, under its names and reasons where it has them, and those for what it never noticed. */
export function conditionsOf(snapshot: Snapshot): readonly ConditionReport[] {
  const { conflicts, insecure } = snapshot
  return [
    readiness(snapshot),
    keysMissing(snapshot),
    apiFailure(snapshot),
    podUnavailable(snapshot),
    keysRejected(snapshot),
    condition(
      'Conflict',
      conflicts.length > 0,
      conflicts.length > 0 ? 'SelectedTwice' : 'NoConflict',
      conflicts.map((each) => `${each.node} is looked after by the older VaultUnsealer ${each.with}`),
    ),
    condition(
      'TransportInsecure',
      insecure !== undefined,
      insecure === undefined ? 'Verified' : 'NotVerified',
      insecure === undefined ? [] : [insecure],
    ),
  ]
}

/** What an unsealer says that cannot work as it is written. */
export function refusalOf(problems: readonly string[]): readonly ConditionReport[] {
  return [{ type: 'Ready', status: 'False', reason: 'InvalidSpec', message: problems.join('; ') }]
}

const condition = (type: string, status: boolean, reason: Reason, messages: readonly string[]): ConditionReport => ({
  type,
  status: status ? 'True' : 'False',
  reason,
  message: short(messages),
})

/** A status has to fit into an object however many nodes there are. */
function short(messages: readonly string[]): string {
  const shown = messages.slice(0, 10)
  return messages.length > shown.length ? `${shown.join('; ')}; and ${messages.length - shown.length} more` : shown.join('; ')
}

function readiness(snapshot: Snapshot): ConditionReport {
  const { nodes, refused, keys } = snapshot
  const closed = nodes.filter(({ node }) => node.standing.state !== 'Unsealed')
  const not = (reason: Reason, messages: readonly string[]) => condition('Ready', false, reason, messages)
  if (refused.length > 0) return not('NotAllowed', refused)
  if (nodes.length === 0)
    return snapshot.conflicts.length > 0
      ? not('Conflict', ['all of its nodes are looked after by older VaultUnsealers'])
      : not('PodNotReady', unavailable(snapshot))
  if (closed.length > 0) return not(worstReason(closed, keys.problems.length > 0 && keys.loaded === 0), closed.map(sentence))
  const waiting = snapshot.absentees.length === 0 ? '' : `; ${snapshot.absentees.length} more cannot be asked yet`
  return condition('Ready', true, 'ReconcileSuccess', [`${nodes.length} of ${nodes.length} nodes are open${waiting}`])
}

const sentence = ({ member, node }: NodeView) => `${member.name}: ${node.standing.message}`

/** The worst first: what a person has to mend. */
const WORST: readonly StandingReason[] = [
  'KeysRejected',
  'InitializationFailed',
  'ClusterMismatch',
  'InsufficientKeys',
  'NodeWedged',
  'RemovedFromCluster',
  'MigrationPending',
  'TLSFailure',
  'NotVault',
  'TooManyAttempts',
  'Paused',
  'DryRun',
  'OutsideWindow',
]

function worstReason(closed: readonly NodeView[], withoutKeys: boolean): Reason {
  const reasons = new Set(closed.map(({ node }) => node.standing.reason))
  if (withoutKeys && reasons.has('KeysMissing')) return 'KeysMissing'
  const worst = WORST.find((reason) => reasons.has(reason))
  return worst ?? (closed.length === 1 ? closed[0]!.node.standing.reason : 'UnsealFailed')
}

function keysMissing({ keys, nodes }: Snapshot): ConditionReport {
  const required = Math.max(0, ...nodes.map(({ node }) => node.status?.threshold ?? 0))
  const [first] = keys.problems
  if (first !== undefined)
    return condition(
      'KeysMissing',
      true,
      first.why,
      keys.problems.map(({ message }) => message),
    )
  if (required > keys.loaded)
    return condition('KeysMissing', true, 'InsufficientKeys', [
      `${keys.loaded} distinct key shares are held, and ${required} are needed: as soon as a node is sealed it stays so`,
    ])
  return condition('KeysMissing', false, 'KeysLoaded', [`${keys.loaded} distinct key shares`])
}

const API_FAILURES: ReadonlySet<StandingReason> = new Set(['Unreachable', 'Busy', 'NodeWedged', 'TLSFailure', 'NotVault', 'VaultError'])

function apiFailure({ nodes }: Snapshot): ConditionReport {
  const failing = nodes.filter(({ node }) => API_FAILURES.has(node.standing.reason))
  if (failing.length === 0) return condition('VaultAPIFailure', false, 'AllNodesAnswer', [])
  return condition(
    'VaultAPIFailure',
    true,
    failing.length === 1 ? failing[0]!.node.standing.reason : 'VaultAPIError',
    failing.map(sentence),
  )
}

function podUnavailable(snapshot: Snapshot): ConditionReport {
  const is = snapshot.absentees.length > 0 || (snapshot.nodes.length === 0 && snapshot.conflicts.length === 0)
  return condition('PodUnavailable', is, is ? 'PodNotReady' : 'PodsFound', is ? unavailable(snapshot) : [])
}

const unavailable = ({ absentees }: Snapshot): readonly string[] =>
  absentees.length === 0 ? ['no pods found: check the selector'] : absentees.map(({ name, why }) => `pod ${name}: ${why}`)

function keysRejected({ nodes }: Snapshot): ConditionReport {
  const rejecting = nodes.filter(({ node }) => node.standing.reason === 'KeysRejected')
  return condition('KeysRejected', rejecting.length > 0, rejecting.length > 0 ? 'KeysRejected' : 'NotRejected', rejecting.map(sentence))
}
