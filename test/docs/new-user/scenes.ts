// What people do wrong in their first hour, in the order in which it happens to them.
import type { Scene } from './scene.ts'

const RUN = 'kubewright run gc --log-format text --metrics-bind-address 0 --health-probe-bind-address 0 --no-webhooks'
/** Checks of `kubewright doctor` that find nothing. */
const FINE = /^[a-z][A-Za-z ]+ {2}(ok|skipped)\b/

export const SCENES: readonly Scene[] = [
  {
    title: 'A slip in a command, a flag, a name',
    story: 'What was probably meant is named. The exit code is 2 where the command line itself is at fault, and 1 for everything else.',
    commands: [
      'kubewright runn gc',
      'kubewright run gcc',
      'kubewright run gc --kubeconfigg staging.yaml',
      'kubewright run',
      'kubewright manifests gc --only crd',
      'kubewright explain KW-FORBIDEN',
    ],
  },
  {
    title: 'A slip in a value, or in the config file',
    story: 'All that is wrong is told at once, each with where it comes from.',
    commands: [
      'kubewright run gc --log-level debgu --metrics-bind-address 9090 --gc-concurrency many',
      'kubewright run gc --config settings.yaml',
    ],
  },
  {
    title: 'A typo in a field',
    story:
      'In `policy.yaml` the field is called `targetResourc`. `kubectl apply` has it refused by the API server (`strict decoding error: unknown field "spec.targetResourc"`); `kubewright gc plan` also says what it should be.',
    commands: [
      'kubewright gc plan -f policy.yaml --kubeconfig cluster.yaml',
      'kubewright gc plan -f polciy.yaml --kubeconfig cluster.yaml',
    ],
  },
  {
    title: 'No kubeconfig, or the wrong one',
    story:
      'Nothing is set; a file that is not there, or is no YAML; a context that it does not have; a server that is not there, or is another one; a login that has expired.',
    commands: [
      'kubewright run gc',
      'kubewright run gc --kubeconfig stagign.yaml',
      'kubewright run gc --kubeconfig broken.yaml',
      'kubewright run gc --kubeconfig cluster.yaml --context production',
      'kubewright run gc --kubeconfig away.yaml',
      'kubewright doctor --kubeconfig away.yaml',
      'kubewright run gc --kubeconfig other-authority.yaml',
      'kubewright run gc --kubeconfig expired.yaml',
    ],
  },
  {
    title: 'The wrong namespace',
    story: 'The program goes on: the namespace may be made later.',
    commands: [
      { line: `${RUN} --kubeconfig cluster.yaml --namespace shopp`, until: /no such namespace/ },
      'kubewright gc explain job/report --namespace shopp --kubeconfig cluster.yaml',
    ],
  },
  {
    title: 'The CRDs are missing',
    story: 'The program says so and goes on: they may come in a moment. `kubewright doctor` says the same from outside.',
    commands: [
      { line: `${RUN} --kubeconfig cluster.yaml`, until: /not installed/ },
      { line: 'kubewright doctor gc --kubeconfig cluster.yaml', leaveOut: FINE },
      'kubewright gc stop --kubeconfig cluster.yaml',
    ],
  },
  {
    title: 'A port is in use',
    story: '',
    commands: [
      'kubewright apiserver --secure-port PORT_IN_USE',
      'kubewright up --port PORT_IN_USE',
      'kubewright fake vault --port PORT_IN_USE',
      {
        line: 'kubewright run gc --log-format text --no-webhooks --kubeconfig cluster.yaml --metrics-bind-address 127.0.0.1:PORT_IN_USE --health-probe-bind-address 0',
        leaveOut: / (WARN|INFO) {2}/,
      },
    ],
  },
  {
    title: 'No rights',
    story: 'The kubeconfig is that of somebody who may do nothing in this cluster.',
    commands: [
      'kubewright run gc --kubeconfig nobody.yaml',
      'kubewright doctor --kubeconfig nobody.yaml',
      'kubewright explain KW-FORBIDDEN',
    ],
  },
  {
    title: 'An old Kubernetes',
    story: 'It is told of, and not refused: much works all the same.',
    commands: [
      { line: `${RUN} --kubeconfig old.yaml`, until: /older than/ },
      { line: 'kubewright doctor --kubeconfig old.yaml', leaveOut: FINE },
    ],
  },
  {
    title: 'Half installed',
    story:
      'Somebody has applied `kubewright manifests gc --only crds` and `--only webhooks`, and nothing else: the API server asks webhooks that nobody serves, and refuses every policy.',
    prepare: async (site) => {
      await site.install('crds')
      await site.install('webhooks')
    },
    commands: [{ line: 'kubewright doctor gc --kubeconfig cluster.yaml', leaveOut: FINE }],
  },
]
