import { anyFields, cel, listMap, z } from 'kubewright'
import {
  autoscaling,
  podDisruptionBudget,
  replicas,
  rollingUpdate,
  strategy,
  tolerations,
  topologySpreadConstraints,
} from './availability.ts'
import { args, command, env, envFrom, probes, resources, volumes } from './container.ts'
import { ingress, ports, service } from './exposure.ts'
import { podSecurityContext, securityContext } from './security.ts'

const labels = z.record(z.string(), z.string().max(63))
const name = z.string().min(1).max(253)

export const image = z.string().min(1).max(1_024).describe('The container image, with a tag or a digest.')
export const config = z
  .record(z.string(), z.string().max(1_048_576))
  .describe('Settings, in a ConfigMap of their own: environment variables, or files at configMount. A change rolls the pods.')

/** The fields from which pods are made: a change of one of them is a new revision, and rolls the pods. */
const podFields = {
  image,
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  imagePullSecrets: listMap(z.object({ name }), ['name'], { max: 20 }).optional(),
  command: command.optional(),
  args: args.optional(),
  workingDir: z.string().max(4_096).optional(),
  ports: ports.optional(),
  env: env.optional(),
  envFrom: envFrom.optional(),
  config: config.optional(),
  configMount: z
    .string()
    .min(1)
    .max(1_024)
    .regex(/^\/[^:]*$/)
    .optional()
    .describe('A folder in which each key of config is a file. Default: they are environment variables.'),
  volumes: volumes.optional(),
  resources: resources.optional(),
  probes: probes.optional(),
  securityContext: securityContext.optional(),
  podSecurityContext: podSecurityContext.optional(),
  serviceAccountName: name.optional(),
  automountServiceAccountToken: z
    .boolean()
    .optional()
    .describe('Whether the pod gets credentials for the API server. Default: when a serviceAccountName is given.'),
  podLabels: labels.optional(),
  podAnnotations: z.record(z.string(), z.string().max(262_144)).optional(),
  nodeSelector: labels.optional(),
  tolerations: tolerations.optional(),
  affinity: anyFields().optional().describe("As in a Pod's spec."),
  topologySpreadConstraints: topologySpreadConstraints.optional(),
  priorityClassName: name.optional(),
  terminationGracePeriodSeconds: z.int().min(0).max(86_400).optional(),
} as const

export type PodField = keyof typeof podFields
export const POD_FIELDS = Object.keys(podFields) as readonly PodField[]

const fields = z.object({
  ...podFields,
  replicas: replicas.default(1).describe('How many pods there are to be, unless autoscaling decides it.'),
  strategy: strategy.default('RollingUpdate').describe('How pods of a new revision take the place of the old.'),
  rollingUpdate: rollingUpdate.optional(),
  minReadySeconds: z.int().min(0).max(86_400).optional(),
  progressDeadlineSeconds: z.int().min(1).max(86_400).default(600).describe('A rollout that does not get on for so long has failed.'),
  revisionHistoryLimit: z.int().min(0).max(100).optional(),
  paused: z
    .boolean()
    .default(false)
    .describe('New revisions are not rolled out. Everything else goes on: scaling, the Service, the ingress.'),
  rollbackOnFailure: z
    .boolean()
    .default(false)
    .describe('A rollout that fails is taken back to the last revision that became available, until the spec asks for something else.'),
  service: service.optional(),
  ingress: ingress.optional(),
  autoscaling: autoscaling.optional(),
  podDisruptionBudget: podDisruptionBudget.optional(),
})

const withUpdate = cel(fields, "!has(self.rollingUpdate) || self.strategy == 'RollingUpdate'", {
  message: 'rollingUpdate needs the strategy RollingUpdate',
  fieldPath: '.rollingUpdate',
  check: (value) => value.rollingUpdate === undefined || value.strategy === 'RollingUpdate',
})

export const spec = cel(withUpdate, '!has(self.ingress) || (has(self.ports) && self.ports.size() > 0)', {
  message: 'ingress needs ports',
  fieldPath: '.ingress',
  check: (value) => value.ingress === undefined || (value.ports ?? []).length > 0,
})
