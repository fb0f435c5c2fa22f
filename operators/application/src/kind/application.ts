import { defineKind, type ObjectOf, type PrinterColumn, z } from 'kubewright'
import { replicas, strategy } from './availability.ts'
import { resources } from './container.ts'
import { config, image, type PodField, spec } from './spec.ts'
import { status } from './status.ts'

const printerColumns: readonly PrinterColumn[] = [
  { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
  { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Image', type: 'string', jsonPath: '.spec.image', priority: 1 },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
]

const common = {
  status,
  printerColumns,
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
  // The Service has the same name, and Services have the names of DNS labels.
  objectRules: [
    {
      rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",
      message: 'metadata.name must be lower case letters, digits and "-", begin with a letter and have at most 63 characters',
    },
  ],
} as const

const hub = defineKind({
  ...common,
  group: 'apps.kubewright.dev',
  version: 'v1',
  kind: 'Application',
  shortNames: ['app', 'apps'],
  categories: ['all'],
  labels: { 'app.kubernetes.io/managed-by': 'kubewright' },
  description: 'A program that runs all the time: its pods, how they are reached, scaled, configured and rolled out.',
  spec,
})

/** The fields that the showcase's Application had, and one port. */
const betaSpec = z.object({
  replicas,
  image,
  strategy: strategy.default('RollingUpdate'),
  config: config.optional(),
  resources: resources.optional(),
  port: z.int().min(1).max(65_535).optional().describe('Where the application listens (TCP).'),
})

/**
 * Applications. `v1` is stored; `v1beta1` has the fields of the showcase's Application and is converted by webhook: what it cannot say is kept in
 * an annotation.
 */
export const Application = hub.withVersion({
  ...common,
  version: 'v1beta1',
  description: 'An Application with the fields that most have.',
  spec: betaSpec,
  toHub: ({ spec: { port, ...same }, status }) => ({
    spec: { ...same, ...(port !== undefined && { ports: [{ port, protocol: 'TCP' as const }] }) },
    ...(status !== undefined && { status }),
  }),
  fromHub: ({ spec: { image, replicas, strategy, config, resources, ports }, status }) => {
    const port = ports?.find(({ protocol }) => protocol === 'TCP')?.port
    return {
      spec: {
        ...{ image, replicas, strategy },
        ...(config !== undefined && { config }),
        ...(resources !== undefined && { resources }),
        ...(port !== undefined && { port }),
      },
      ...(status !== undefined && { status }),
    }
  },
})

export type Application = ObjectOf<typeof hub>
export type ApplicationSpec = Application['spec']
export type ApplicationStatus = NonNullable<Application['status']>
/** What the pods are made from. */
export type PodSpecFields = Pick<ApplicationSpec, PodField>
