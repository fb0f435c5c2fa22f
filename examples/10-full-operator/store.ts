// The kind: two versions, rules that the API server holds, columns, and the hooks beside them.
import { cel, conditions, conversion, defineKind, webhooks, z } from 'kubewright'

const status = z.object({ readyReplicas: z.int().optional(), database: z.string().optional(), conditions: conditions().optional() })

export const Store = defineKind({
  group: 'stores.example.dev',
  version: 'v1',
  kind: 'Store',
  shortNames: ['sto'],
  spec: cel(
    z.object({
      image: z.string().min(1).describe('What serves the store.'),
      replicas: z.int().min(0).max(100).default(1),
      database: z.object({ size: z.int().min(1).default(10) }).prefault({}),
      open: z.boolean().default(true).describe('Whether it can be reached.'),
    }),
    'self.open || self.replicas <= 1',
    { message: 'a store that is closed needs one replica at most', check: ({ open, replicas }) => open || replicas <= 1 },
  ),
  status,
  printerColumns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Database', type: 'string', jsonPath: '.status.database', priority: 1 },
  ],
}).withVersion({
  version: 'v1beta1',
  deprecated: true,
  // The same rules in its own words: what one version accepts, the other must be able to say.
  spec: cel(
    z.object({
      image: z.string().min(1),
      replicas: z.int().min(0).max(100).default(1),
      databaseSize: z.int().min(1).default(10),
      closed: z.boolean().default(false),
    }),
    '!self.closed || self.replicas <= 1',
    { message: 'a store that is closed needs one replica at most', check: ({ closed, replicas }) => !closed || replicas <= 1 },
  ),
  status,
  toHub: ({ spec: { databaseSize, closed, ...same }, ...object }) => ({
    spec: { ...same, database: { size: databaseSize }, open: !closed },
    ...(object.status && { status: object.status }),
  }),
  fromHub: ({ spec: { database, open, ...same }, ...object }) => ({
    spec: { ...same, databaseSize: database.size, closed: !open },
    ...(object.status && { status: object.status }),
  }),
})

export const storeConversion = conversion(Store)

export const storeHooks = webhooks(Store, {
  default({ object }) {
    if (!object.spec.image.includes(':')) object.spec.image += ':stable'
  },
  validate({ object: { spec }, old, errors, warn }) {
    if (old !== undefined && spec.database.size < old.spec.database.size) errors.forbidden('spec.database.size', 'a database cannot shrink')
    if (spec.image.endsWith(':latest')) warn('spec.image: ":latest" may be another image tomorrow')
  },
})
