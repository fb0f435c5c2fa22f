import { type Dashboard, quantile, rate } from './panels.ts'

const OF_JOB = 'job=~"$job"'
const OF_CONTROLLER = `${OF_JOB},controller=~"$controller"`

const ROWS: Dashboard['rows'] = [
  {
    title: 'Reconciling',
    panels: [
      {
        title: 'Reconciles',
        about: 'What came of them. A steady share of errors is an object that cannot be made so, or a right that is missing.',
        unit: 'ops',
        queries: [rate('controller_runtime_reconcile_total', 'controller, result', OF_CONTROLLER)],
      },
      {
        title: 'Time of a reconcile',
        about: 'Longer than the calls that it makes: it waits for something else.',
        unit: 's',
        queries: [0.5, 0.99].map((q) => quantile(q, 'controller_runtime_reconcile_time_seconds', 'controller', OF_CONTROLLER)),
      },
      {
        title: 'Errors, time-outs and mistakes',
        about: 'Terminal errors wait for a person. Panics are mistakes of the program.',
        unit: 'ops',
        queries: [
          rate('controller_runtime_reconcile_errors_total', 'controller', OF_CONTROLLER, 'errors {{controller}}'),
          rate('controller_runtime_terminal_reconcile_errors_total', 'controller', OF_CONTROLLER, 'terminal {{controller}}'),
          rate('controller_runtime_reconcile_timeouts_total', 'controller', OF_CONTROLLER, 'time-outs {{controller}}'),
          rate('controller_runtime_reconcile_panics_total', 'controller', OF_CONTROLLER, 'panics {{controller}}'),
        ],
      },
      {
        title: 'Busy workers',
        about: 'At 1 for long: more workers would help, if the API server and the outside world can take it.',
        unit: 'percentunit',
        queries: [
          {
            expr: `sum by (controller) (controller_runtime_active_workers{${OF_CONTROLLER}}) / sum by (controller) (controller_runtime_max_concurrent_reconciles{${OF_CONTROLLER}})`,
            legend: '{{controller}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Queue',
    panels: [
      {
        title: 'Waiting keys',
        about: 'By priority: -100 is the first list and the resync, which fresh changes overtake.',
        unit: 'short',
        queries: [{ expr: `sum by (controller, priority) (workqueue_depth{${OF_CONTROLLER}})`, legend: '{{controller}} {{priority}}' }],
      },
      {
        title: 'Time in the queue',
        about: 'From the change to the beginning of its reconcile.',
        unit: 's',
        queries: [0.5, 0.99].map((q) => quantile(q, 'workqueue_queue_duration_seconds', 'controller', OF_CONTROLLER)),
      },
      {
        title: 'Adds and retries',
        about: 'Many adds and few reconciles: changes collapse, as they should. Many retries: see the errors.',
        unit: 'ops',
        queries: [
          rate('workqueue_adds_total', 'controller', OF_CONTROLLER, 'adds {{controller}}'),
          rate('workqueue_retries_total', 'controller', OF_CONTROLLER, 'retries {{controller}}'),
        ],
      },
      {
        title: 'Longest run under way',
        about: 'A steady rise is a stuck worker.',
        unit: 's',
        queries: [
          { expr: `max by (controller) (workqueue_longest_running_processor_seconds{${OF_CONTROLLER}})`, legend: '{{controller}}' },
        ],
      },
    ],
  },
  {
    title: 'Watches and cache',
    panels: [
      {
        title: 'Silence of the watches',
        about: 'Seconds since the last byte. Bookmarks come every minute: above 70 s the stream is taken for dead and opened anew.',
        unit: 's',
        queries: [{ expr: `max by (kind) (kubewright_watch_silence_seconds{${OF_JOB}})`, legend: '{{kind}}' }],
      },
      {
        title: 'What happened to them',
        about: 'Reconnects are usual. Relists and lost history are not: they read everything again.',
        unit: 'ops',
        queries: [rate('kubewright_watch_incidents_total', 'kind, incident', OF_JOB)],
      },
      {
        title: 'Objects held',
        about: 'A kind that grows without end is worth a label selector.',
        unit: 'short',
        queries: [{ expr: `sum by (kind) (kubewright_cache_objects{${OF_JOB}})`, legend: '{{kind}}' }],
      },
      {
        title: 'Bytes held',
        about: 'By the size on the wire, without managedFields.',
        unit: 'bytes',
        queries: [{ expr: `sum by (kind) (kubewright_cache_bytes{${OF_JOB}})`, legend: '{{kind}}' }],
      },
    ],
  },
  {
    title: 'API server and process',
    panels: [
      {
        title: 'Requests',
        about: '429: the server’s priority and fairness holds the program back. In the steady state there are watches only.',
        unit: 'ops',
        queries: [rate('rest_client_requests_total', 'method, code', OF_JOB)],
      },
      {
        title: 'Leader',
        about: '1 on the replica that works.',
        unit: 'short',
        queries: [{ expr: `leader_election_master_status{${OF_JOB}}`, legend: '{{name}} {{instance}}' }],
      },
      {
        title: 'Delay of the event loop',
        about: 'Above a second for long, leases are lost: something computes without a pause.',
        unit: 's',
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${OF_JOB}}`, legend: '{{instance}}' }],
      },
      {
        title: 'Memory',
        about: 'The heap follows the objects held.',
        unit: 'bytes',
        queries: [
          { expr: `process_resident_memory_bytes{${OF_JOB}}`, legend: 'resident {{instance}}' },
          { expr: `nodejs_heap_size_used_bytes{${OF_JOB}}`, legend: 'heap {{instance}}' },
        ],
      },
    ],
  },
]

export const runtime: Dashboard = {
  name: 'runtime',
  title: 'runtime',
  variables: [
    { name: 'job', query: 'label_values(controller_runtime_max_concurrent_reconciles, job)' },
    { name: 'controller', query: 'label_values(controller_runtime_max_concurrent_reconciles{job=~"$job"}, controller)' },
  ],
  rows: ROWS,
}
