// What may be said, and what is filled in: rules in the kind where the API server can hold them, hooks where it takes a program.
import { cel, controller, defineKind, immutable, run, webhooks, z } from 'kubewright'

const Limits = z.object({ min: z.int().min(1).default(1), max: z.int().min(1).default(3) })

export const Domain = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Domain',
  spec: z.object({
    host: immutable(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)),
    owner: z.string().optional(),
    tier: z.enum(['free', 'paid']).default('free'),
    // Held by the API server itself, whether this program runs or not.
    servers: cel(Limits, 'self.min <= self.max', { message: 'min must not be above max' }).prefault({}),
  }),
  status: z.object({ servers: z.int().optional() }),
})

const RESERVED = ['admin', 'internal']

export const domainHooks = webhooks(Domain, {
  default({ object, user, operation }) {
    if (operation === 'CREATE') object.spec.owner ??= user.username ?? 'unknown'
  },
  validate({ object: { spec }, old, errors, warn }) {
    if (RESERVED.includes(spec.host.split('.')[0] ?? ''))
      errors.invalid('spec.host', `must not begin with ${RESERVED.join(' or ')}`, spec.host)
    if (spec.tier === 'free' && spec.servers.max > 5) errors.forbidden('spec.servers.max', 'the free tier has at most 5 servers')
    const isNew = old?.spec.servers.max !== spec.servers.max
    if (isNew && spec.tier === 'free' && spec.servers.max > 3)
      warn('spec.servers.max: from next year on the free tier has at most 3 servers')
  },
  validateDelete({ old, errors }) {
    if (old.metadata.annotations?.['example.dev/keep'] === 'true') errors.forbidden('metadata.annotations', 'remove example.dev/keep first')
  },
})

export const domains = controller(Domain, {
  reconcile({ object, status }) {
    status.servers = object.spec.servers.min
  },
})

if (import.meta.main) await run(domains, domainHooks)
