import { type Dashboard, rate } from './panels.ts'

const POLICY = 'policy_namespace=~"$namespace",policy_name=~"$policy"'
const NAME = 'policy_namespace, policy_name'

export const gc: Dashboard = {
  name: 'gc',
  title: 'garbage collection',
  variables: [
    { name: 'namespace', query: 'label_values(gc_evaluation_duration_seconds_count, policy_namespace)' },
    { name: 'policy', query: 'label_values(gc_evaluation_duration_seconds_count{policy_namespace=~"$namespace"}, policy_name)' },
  ],
  rows: [
    {
      title: 'Policies',
      panels: [
        {
          title: 'By phase',
          about: 'Error and Blocked delete nothing: the condition Ready of the policy says why.',
          unit: 'short',
          queries: [{ expr: 'sum by (phase) (gc_policies_total)', legend: '{{phase}}' }],
        },
        {
          title: 'Watches',
          about: 'Policies with a watch; equal targets share one.',
          unit: 'short',
          queries: [
            { expr: 'sum(gc_informers_total)', legend: 'watches' },
            { expr: 'sum(gc_rate_limiters_total)', legend: 'rates of their own' },
          ],
        },
        {
          title: 'Time to look at all objects again',
          about: 'Grows with the objects of the target, not with how many are due.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (le, ${NAME}) (rate(gc_evaluation_duration_seconds_bucket{${POLICY}}[$__rate_interval])))`,
              legend: 'p95 {{policy_namespace}}/{{policy_name}}',
            },
          ],
        },
        {
          title: 'Leader',
          about: '1 on the replica that deletes.',
          unit: 'short',
          queries: [{ expr: 'gc_leader_election_status', legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Objects',
      panels: [
        {
          title: 'Deleted',
          about: 'A rise that nobody expects: `kubewright gc stop` stops everything at once.',
          unit: 'ops',
          queries: [rate('gc_resources_deleted_total', `${NAME}, resource_kind, reason`, POLICY)],
        },
        {
          title: 'To be deleted later',
          about: 'What matches and is not due yet.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (${NAME}, resource_kind) (gc_resources_pending_total{${POLICY}})`,
              legend: '{{policy_namespace}}/{{policy_name}} {{resource_kind}}',
            },
          ],
        },
        {
          title: 'Dry runs would have deleted',
          about: 'Look here before you take dryRun away.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (${NAME}, resource_kind) (gc_resources_would_delete{${POLICY}})`,
              legend: '{{policy_namespace}}/{{policy_name}} {{resource_kind}}',
            },
          ],
        },
        {
          title: 'Came to match',
          about: 'Each object once.',
          unit: 'ops',
          queries: [rate('gc_resources_matched_total', `${NAME}, resource_kind`, POLICY)],
        },
      ],
    },
    {
      title: 'Trouble',
      panels: [
        {
          title: 'Errors',
          about: 'The events of the policy name the objects.',
          unit: 'ops',
          queries: [rate('gc_errors_total', `${NAME}, error_type`, POLICY)],
        },
        {
          title: 'Time of one DELETE',
          about: 'Slow ones are held up by admission webhooks of others, or by the API server.',
          unit: 's',
          queries: [0.5, 0.95].map((q) => ({
            expr: `histogram_quantile(${q}, sum by (le, resource_kind) (rate(gc_deletion_duration_seconds_bucket{${POLICY}}[$__rate_interval])))`,
            legend: `p${q * 100} {{resource_kind}}`,
          })),
        },
        {
          title: 'Kept before deletion',
          about: 'What cannot be kept is not deleted.',
          unit: 'ops',
          queries: [rate('gc_backups_total', `${NAME}, result`, POLICY)],
        },
        {
          title: 'Clock',
          about: 'How far the machine’s clock is from the API server’s, by which ages are counted.',
          unit: 's',
          queries: [{ expr: 'abs(gc_clock_skew_seconds)', legend: '{{instance}}' }],
        },
      ],
    },
  ],
}
