import { type Dashboard, rate } from './panels.ts'

const OF = 'namespace=~"$namespace",vaultunsealer=~"$vaultunsealer"'
const perPod = (metric: string) => ({ expr: `max by (namespace, pod) (${metric}{${OF}})`, legend: '{{namespace}}/{{pod}}' })
const perUnsealer = (metric: string, legend: string) => ({
  expr: `max by (namespace, vaultunsealer) (${metric}{${OF}})`,
  legend: `${legend} {{namespace}}/{{vaultunsealer}}`,
})

export const vaultUnsealer: Dashboard = {
  name: 'vault-unsealer',
  title: 'Vault unsealing',
  variables: [
    { name: 'namespace', query: 'label_values(vault_unsealer_unseal_keys_required, namespace)' },
    { name: 'vaultunsealer', query: 'label_values(vault_unsealer_unseal_keys_required{namespace=~"$namespace"}, vaultunsealer)' },
  ],
  rows: [
    {
      title: 'Nodes',
      panels: [
        {
          title: 'Sealed',
          about: '1: sealed. A sealed Vault exports nothing itself: this is the alarm.',
          unit: 'short',
          queries: [perPod('vault_unsealer_pod_sealed')],
        },
        {
          title: 'Answering',
          about: '0: down, or its certificate is not trusted.',
          unit: 'short',
          queries: [perPod('vault_unsealer_pod_reachable')],
        },
        {
          title: 'Initialised',
          about: '0: waits for an initialisation, or to join.',
          unit: 'short',
          queries: [perPod('vault_unsealer_pod_initialized')],
        },
        {
          title: 'Since the last look',
          about: 'A steady rise: the operator does not look any more.',
          unit: 's',
          queries: [
            {
              expr: `time() - max by (namespace, pod) (vault_unsealer_last_check_timestamp_seconds{${OF}})`,
              legend: '{{namespace}}/{{pod}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Keys and unsealing',
      panels: [
        {
          title: 'Shares',
          about: 'Fewer held than needed: the next seal lasts.',
          unit: 'short',
          queries: [perUnsealer('vault_unsealer_unseal_keys_loaded', 'held'), perUnsealer('vault_unsealer_unseal_keys_required', 'needed')],
        },
        {
          title: 'Attempts',
          about: 'Failed ones: the shares are of another Vault, or of before a rekey.',
          unit: 'ops',
          queries: [rate('vault_unsealer_unseal_attempts_total', 'namespace, pod, status', OF)],
        },
        {
          title: 'Time from sealed to open',
          about: 'What a restart of a node costs.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (le, namespace, vaultunsealer) (rate(vault_unsealer_unseal_duration_seconds_bucket{${OF}}[$__rate_interval])))`,
              legend: 'p95 {{namespace}}/{{vaultunsealer}}',
            },
          ],
        },
        {
          title: 'Reconciles',
          about: 'One each interval, and one whenever something changes.',
          unit: 'ops',
          queries: [rate('vault_unsealer_reconciliation_total', 'namespace, vaultunsealer', OF)],
        },
      ],
    },
  ],
}
