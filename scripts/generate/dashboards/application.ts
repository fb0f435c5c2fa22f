import { type Dashboard, quantile, rate } from './panels.ts'

const OF_CONTROLLER = 'controller="application"'

export const application: Dashboard = {
  name: 'application',
  title: 'applications',
  variables: [{ name: 'namespace', query: 'label_values(resource_count{kind="Application"}, namespace)' }],
  rows: [
    {
      title: 'Applications',
      panels: [
        {
          title: 'By phase',
          about: 'Failed and RolledBack ones say why in their conditions.',
          unit: 'short',
          queries: [{ expr: 'sum by (phase) (resource_phase_count{kind="Application"})', legend: '{{phase}}' }],
        },
        {
          title: 'By namespace',
          about: 'How many there are.',
          unit: 'short',
          queries: [{ expr: 'sum by (namespace) (resource_count{kind="Application",namespace=~"$namespace"})', legend: '{{namespace}}' }],
        },
        {
          title: 'Rollouts taken back',
          about: 'A new version failed, and the one before runs.',
          unit: 'ops',
          queries: [rate('application_rollbacks_total', 'namespace', 'namespace=~"$namespace"')],
        },
      ],
    },
    {
      title: 'Work',
      panels: [
        {
          title: 'Reconciles',
          about: 'What came of them.',
          unit: 'ops',
          queries: [rate('controller_runtime_reconcile_total', 'result', OF_CONTROLLER)],
        },
        {
          title: 'Time of a reconcile',
          about: 'The calls that it makes to the API server.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => quantile(q, 'controller_runtime_reconcile_time_seconds', 'controller', OF_CONTROLLER)),
        },
      ],
    },
  ],
}
