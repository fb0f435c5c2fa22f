import { type DashboardView, findCondition, parseTime, type ViewCell, type ViewRow } from 'kubewright'
import { Application, type ApplicationStatus } from './kind/application.ts'

const TONES: Readonly<Record<NonNullable<ApplicationStatus['phase']>, ViewCell['tone'] & string>> = {
  ...{ Running: 'good', Progressing: 'warn', Pending: 'warn', Paused: 'plain', RolledBack: 'bad', Failed: 'bad' },
}

/** How far each rollout is. */
export const view: DashboardView = {
  name: 'application',
  title: 'Applications',
  blocks({ list }) {
    const applications = list<Application>(Application)
    const inPhase = (...phases: readonly NonNullable<ApplicationStatus['phase']>[]) =>
      applications.filter(({ status }) => status?.phase !== undefined && phases.includes(status.phase)).length
    const broken = inPhase('Failed', 'RolledBack')
    return [
      {
        is: 'figures',
        figures: [
          { label: 'Applications', value: String(applications.length) },
          { label: 'Running', value: String(inPhase('Running')), tone: 'good' },
          { label: 'Rolling out', value: String(inPhase('Pending', 'Progressing')) },
          { label: 'Failed or taken back', value: String(broken), tone: broken > 0 ? 'bad' : 'good' },
        ],
      },
      {
        is: 'table',
        title: 'Rollouts',
        columns: ['Application', 'Phase', 'Updated', 'Available', 'Image', 'Revision', 'Why'],
        rows: applications.map(rolloutRow),
        empty: 'There is no Application.',
      },
      {
        is: 'table',
        title: 'Taken back',
        columns: ['Application', 'When', 'Failed revision', 'Restored', 'Why'],
        rows: applications.flatMap(rollbackRow),
        empty: 'No rollout was taken back.',
      },
    ]
  },
}

const nameOf = ({ metadata: { namespace = '', name = '' } }: Application) => `${namespace}/${name}`

function rolloutRow(application: Application): ViewRow {
  const { spec, status } = application
  const wanted = status?.replicas ?? spec.replicas ?? 0
  const ready = findCondition(status?.conditions, 'Ready')
  const share = (count = 0): ViewCell => ({ text: `${count} of ${wanted}`, ...(wanted > 0 ? { progress: count / wanted } : {}) })
  return {
    object: application,
    cells: [
      nameOf(application),
      { text: status?.phase ?? 'Pending', ...(status?.phase === undefined ? {} : { tone: TONES[status.phase] }) },
      share(status?.updatedReplicas),
      share(status?.availableReplicas),
      spec.image,
      status?.revision ?? '',
      ready?.message ?? '',
    ],
  }
}

function rollbackRow(application: Application): readonly ViewRow[] {
  const rollback = application.status?.rollback
  if (rollback === undefined) return []
  const { time, failedRevision, restoredRevision, message } = rollback
  const at = parseTime(time)
  return [
    {
      object: application,
      cells: [nameOf(application), { text: time, ...(at === undefined ? {} : { time: at }) }, failedRevision, restoredRevision, message],
    },
  ]
}
