import { type DashboardView, parseTime, type ViewCell, type ViewRow } from 'kubewright'
import { type Target, VaultSync, VaultSyncOrphan } from './kind/kinds.ts'

const TONES: Readonly<Record<Target['state'], ViewCell['tone'] & string>> = {
  ...{ Synced: 'good', Pending: 'plain', Removing: 'plain', Conflict: 'bad', Drifted: 'warn', Failed: 'bad' },
}
/** What wants a look comes first. */
const ORDER: readonly Target['state'][] = ['Failed', 'Conflict', 'Drifted', 'Removing', 'Pending', 'Synced']

/** What is where in Vault, in which version, and what stands in the way. Paths and versions, never values. */
export const view: DashboardView = {
  name: 'vault-sync',
  title: 'Vault sync',
  blocks({ list }) {
    const syncs = list<VaultSync>(VaultSync)
    const orphans = list<VaultSyncOrphan>(VaultSyncOrphan)
    const targets = syncs
      .flatMap((sync) => (sync.status?.targets ?? []).map((target) => ({ sync, target })))
      .toSorted((a, b) => ORDER.indexOf(a.target.state) - ORDER.indexOf(b.target.state) || (a.target.path < b.target.path ? -1 : 1))
    const inState = (...states: readonly Target['state'][]) => targets.filter(({ target }) => states.includes(target.state)).length
    const bad = (count: number) => (count > 0 ? ('bad' as const) : ('good' as const))
    return [
      {
        is: 'figures',
        figures: [
          { label: 'Paths in Vault', value: String(targets.length), note: `of ${syncs.length} objects` },
          { label: 'In sync', value: String(inState('Synced')), tone: 'good' },
          { label: 'Conflicts', value: String(inState('Conflict')), tone: bad(inState('Conflict')), note: 'another holds the path' },
          { label: 'Failed', value: String(inState('Failed')), tone: bad(inState('Failed')) },
          { label: 'Left behind', value: String(orphans.length), tone: bad(orphans.length), note: 'tried again until gone' },
        ],
      },
      {
        is: 'table',
        title: 'Targets',
        columns: ['Path', 'Owner', 'State', 'Version', 'Last write', 'Holder', 'Why'],
        rows: targets.map(({ sync, target }) => targetRow(sync, target)),
        empty: 'No object asks for anything in Vault: annotate a Secret or a workload with vault-sync.io/path.',
      },
      {
        is: 'table',
        title: 'Left behind',
        columns: ['Path', 'Of', 'Policy', 'Attempts', 'Last error'],
        rows: orphans.map((orphan) => ({
          object: orphan,
          cells: [
            orphan.spec.path,
            orphan.spec.namespace,
            orphan.spec.deletionPolicy,
            String(orphan.status?.attempts ?? 0),
            orphan.status?.lastError ?? '',
          ],
        })),
        empty: 'Nothing was left behind.',
      },
    ]
  },
}

function targetRow(sync: VaultSync, { path, vault, kv, state, version, holder = '', message = '' }: Target): ViewRow {
  const { name = '', namespace = '' } = sync.metadata
  const lastWrite = sync.status?.lastSyncTime
  const at = lastWrite === undefined ? undefined : parseTime(lastWrite)
  const owner = sync.spec.owner
  return {
    object: sync,
    cells: [
      vault === undefined ? path : `${vault}: ${path}`,
      `${namespace}/${owner === undefined ? name : `${owner.kind} ${owner.name}`}`,
      { text: state, tone: TONES[state] },
      version === undefined ? `KV ${kv}` : String(version),
      { text: lastWrite ?? 'never', ...(at === undefined ? {} : { time: at }) },
      holder,
      message,
    ],
  }
}
