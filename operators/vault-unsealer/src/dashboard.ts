import { type DashboardView, findCondition, parseTime, type ViewCell, type ViewRow } from 'kubewright'
import { type PodStatus, VaultUnsealer } from './kinds/vault-unsealer.ts'

const TONES: Readonly<Record<PodStatus['state'], ViewCell['tone'] & string>> = {
  ...{ Unsealed: 'good', Unsealing: 'warn', Sealed: 'bad', Unreachable: 'bad', Uninitialized: 'warn', Unknown: 'plain' },
}

/** Which nodes are open, and what keeps the others shut. */
export const view: DashboardView = {
  name: 'vault-unsealer',
  title: 'Unsealer',
  blocks({ list }) {
    const unsealers = list<VaultUnsealer>(VaultUnsealer)
    const nodes = unsealers.flatMap(({ status }) => status?.pods ?? [])
    const inState = (...states: readonly PodStatus['state'][]) => nodes.filter(({ state }) => states.includes(state)).length
    const shut = inState('Sealed', 'Unreachable', 'Uninitialized')
    return [
      {
        is: 'figures',
        figures: [
          { label: 'Nodes', value: String(nodes.length), note: `of ${unsealers.length} VaultUnsealers` },
          { label: 'Open', value: String(inState('Unsealed')), tone: 'good' },
          { label: 'Being opened', value: String(inState('Unsealing')) },
          { label: 'Shut', value: String(shut), tone: shut > 0 ? 'bad' : 'good' },
        ],
      },
      {
        is: 'table',
        title: 'Nodes',
        columns: ['Node', 'Vault', 'State', 'Shares', 'Since', 'Version', 'Why'],
        rows: unsealers.flatMap((unsealer) => (unsealer.status?.pods ?? []).map((node) => nodeRow(unsealer, node))),
        empty: 'No VaultUnsealer has found a node yet.',
      },
      {
        is: 'table',
        title: 'Key shares',
        columns: ['VaultUnsealer', 'Open', 'Loaded', 'Needed', 'Proven', 'Ready'],
        rows: unsealers.map(sharesRow),
        empty: 'There is no VaultUnsealer.',
      },
    ]
  },
}

function nodeRow(object: VaultUnsealer, node: PodStatus): ViewRow {
  const { name, state, reason, message, since, progress, threshold, version = '' } = node
  // An open node holds none, and needs none.
  const shares = threshold === undefined || state === 'Unsealed' ? '' : `${progress ?? 0} of ${threshold}`
  const filled: ViewCell = { text: shares, ...(shares !== '' && threshold ? { progress: (progress ?? 0) / threshold } : {}) }
  const at = parseTime(since)
  return {
    object,
    cells: [
      name,
      object.metadata.name ?? '',
      { text: state, tone: TONES[state] },
      filled,
      { text: since, ...(at === undefined ? {} : { time: at }) },
      version,
      message === '' ? reason : message,
    ],
  }
}

/** How many, and never which. */
function sharesRow(object: VaultUnsealer): ViewRow {
  const { summary = '', keys, conditions } = object.status ?? {}
  const ready = findCondition(conditions, 'Ready')
  const missing = keys?.required !== undefined && keys.loaded < keys.required
  return {
    object,
    cells: [
      object.metadata.name ?? '',
      summary,
      { text: String(keys?.loaded ?? 0), ...(missing ? { tone: 'bad' } : {}) },
      String(keys?.required ?? '–'),
      String(keys?.proven?.length ?? 0),
      { text: ready?.reason ?? 'Unknown', tone: ready?.status === 'True' ? 'good' : 'warn' },
    ],
  }
}
