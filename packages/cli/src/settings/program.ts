import { messageOf, parseDuration } from '@kubewright/core'
import { z } from 'zod'
import type { OperatorDefinition } from '../operator.ts'
import { prefixedKey } from './names.ts'

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`, or `0` for off; port 0 takes a free one. */
const bindAddress = z.string().refine((text) => text === '0' || /^(\[[0-9a-fA-F:]+\]|[^:\s]*):(\d{1,5})$/.test(text), {
  error: ({ input }) => `${JSON.stringify(input)} must be HOST:PORT, :PORT, or 0 for off`,
})

/** Go's syntax: `15s`, `1h30m`. */
const duration = z.string().superRefine((text, context) => {
  try {
    if (parseDuration(text) < 0) context.addIssue(`"${text}" is negative: it must be 0 or more`)
  } catch (error) {
    context.addIssue(messageOf(error))
  }
})

const CONNECTION = {
  kubeconfig: z
    .string()
    .optional()
    .meta({ description: 'the kubeconfig file; else KUBECONFIG, the Pod’s own identity, ~/.kube/config', placeholder: 'FILE' }),
  context: z.string().optional().meta({ description: 'the context in it', placeholder: 'NAME' }),
}

const LOGGING = {
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({ description: 'how much is logged', placeholder: 'LEVEL' }),
  logFormat: z.enum(['json', 'text']).optional().meta({ description: 'json, or text (the default on a terminal)', placeholder: 'FORMAT' }),
}

/** The settings of `kubewright run` that do not belong to one operator. */
export const RUN_SETTINGS = z.object({
  ...CONNECTION,
  namespace: z
    .array(z.string())
    .default([])
    .meta({ description: 'the namespaces to work in; repeatable, or with commas; all when not given', placeholder: 'NS' }),
  leaderElect: z
    .boolean()
    .optional()
    .meta({ description: 'only one of several replicas works; on in a cluster and off elsewhere when not given' }),
  leaderElectionId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'the Lease’s name; default kubewright-OPERATOR', placeholder: 'NAME' }),
  leaderElectionNamespace: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'the Lease’s namespace; default the Pod’s or the context’s own', placeholder: 'NS' }),
  leaderElectionLeaseDuration: duration
    .default('15s')
    .meta({ description: 'how long others wait after the last renewal before one of them leads', placeholder: 'DURATION' }),
  leaderElectionRenewDeadline: duration
    .default('10s')
    .meta({ description: 'how long the leader tries to renew before it gives up', placeholder: 'DURATION' }),
  leaderElectionRetryPeriod: duration.default('2s').meta({ description: 'between two tries', placeholder: 'DURATION' }),
  warmStandby: z
    .boolean()
    .default(true)
    .meta({ description: 'replicas that do not lead fill their caches, so that a new leader works at once' }),
  shards: z.boolean().default(false).meta({
    description: 'replicas split the objects of the controllers among them, instead of one that has all; give it to every replica',
  }),
  shardFilter: z.enum(['none', 'client', 'server', 'label']).default('none').meta({
    description:
      'what a replica’s caches hold with --shards: everything, or its share, chosen by itself, by the server (Kubernetes 1.36, whole namespaces), or by a label on each object; all replicas the same',
    placeholder: 'WHICH',
  }),
  gracefulShutdownTimeout: duration
    .default('30s')
    .meta({ description: 'how long everything has to stop in; 0s: nothing is waited for', placeholder: 'DURATION' }),
  metricsBindAddress: bindAddress.default(':8080').meta({ description: 'where /metrics is served', placeholder: 'ADDRESS' }),
  metricsSecure: z
    .boolean()
    .default(false)
    .meta({ description: 'HTTPS, for those alone whom the API server knows and lets get the path /metrics' }),
  metricsCertDir: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'the folder of tls.crt and tls.key for it; self-signed when not given', placeholder: 'DIR' }),
  metricsRestClientDetail: z
    .boolean()
    .default(false)
    .meta({ description: 'durations, sizes and retries of requests to the API server, by verb' }),
  profiling: z.boolean().default(false).meta({ description: '/debug/cpuprofile and /debug/heapprofile beside /metrics' }),
  inspection: z.boolean().default(false).meta({
    description:
      '/leader, /kinds, /crds, /events and /watch beside /metrics, for those who may see it in the cluster (--metrics-secure), or on this machine',
  }),
  healthProbeBindAddress: bindAddress
    .default(':8081')
    .meta({ description: 'where /healthz and /readyz are served', placeholder: 'ADDRESS' }),
  dashboardBindAddress: bindAddress.default('0').meta({
    description:
      'where the dashboard is served, such as 127.0.0.1:8090; other addresses than this machine’s own need --dashboard-token-file',
    placeholder: 'ADDRESS',
  }),
  dashboardTokenFile: z.string().min(1).optional().meta({
    description: 'a file with the password that the dashboard asks for; any user name does',
    placeholder: 'FILE',
  }),
  dashboardActionsTokenFile: z.string().min(1).optional().meta({
    description:
      'a file with a token that allows actions on the dashboard: to requeue an object, to pause a controller; off when not given',
    placeholder: 'FILE',
  }),
  installCrds: z.boolean().default(false).meta({
    description: 'apply the CRDs of the program’s kinds before it starts; never one that would lose stored versions',
  }),
  webhooks: z
    .boolean()
    .default(true)
    .meta({ description: 'serve the program’s webhooks; without them the API server must not be told to call it' }),
  webhookPort: z.int().min(0).max(65_535).optional().meta({
    description:
      'where the webhooks listen; 0 takes a free one; default 9443, outside a cluster whatever is free when no other flag says where',
    placeholder: 'PORT',
  }),
  webhookCertDir: z.string().min(1).optional().meta({
    description: 'the folder of tls.crt, tls.key and perhaps ca.crt for them; without it they are made, rotated and injected',
    placeholder: 'DIR',
  }),
  webhookService: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'the Service before the replicas, in their namespace; default kubewright-OPERATOR', placeholder: 'NAME' }),
  webhookUrl: z.string().min(1).optional().meta({
    description:
      'the address at which the API server finds this program without a Service, such as https://127.0.0.1:9443; port 0: its own',
    placeholder: 'URL',
  }),
  webhookFailurePolicy: z
    .enum(['Fail', 'Ignore'])
    .optional()
    .meta({ description: 'whether writes are refused while the webhooks cannot be reached; default: what each webhook says' }),
  webhookInstall: z
    .boolean()
    .default(true)
    .meta({ description: 'apply the webhook configurations at the start; else only their authority is kept up to date' }),
  ...LOGGING,
})

export type RunSettings = z.output<typeof RUN_SETTINGS>

/** What an operator's flags, variables and keys of the config file are made of. */
export type OperatorSettings = Pick<OperatorDefinition, 'name' | 'config' | 'aliases'>

/** The program's settings and those of the named operators, which carry the operator's name. */
export function settingsWith(operators: readonly OperatorSettings[]): z.ZodObject {
  const shape: Record<string, z.ZodType> = { ...RUN_SETTINGS.shape }
  for (const operator of operators) {
    for (const [key, field] of Object.entries(operator.config.shape)) shape[prefixedKey(operator.name, key)] = field as z.ZodType
  }
  return z.object(shape)
}

/** Takes one operator's own settings out of the program's. */
export function settingsOf(operator: OperatorSettings, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(operator.config.shape).map((key) => [key, settings[prefixedKey(operator.name, key)]]))
}
