import {
  anyFields,
  atomic,
  cel,
  cidr,
  conditions,
  defineKind,
  duration,
  embeddedObject,
  immutable,
  intOrString,
  type KindDefinition,
  listMap,
  listSet,
  oneOfFields,
  quantity,
  timestamp,
} from '@kubewright/schema'
import { z } from 'zod'

const common = { group: 'agreed.example.dev', version: 'v1' } as const

const Scalars = defineKind({
  ...common,
  kind: 'Scalar',
  spec: z.object({
    text: z.string().min(2).max(5),
    name: z
      .string()
      .regex(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/)
      .optional(),
    twice: z.string().regex(/^a/).regex(/z$/).optional(),
    count: z.int().min(0).max(100).default(1),
    narrow: z.int32().optional(),
    ratio: z.number().gt(0).lt(1).optional(),
    steps: z.int().multipleOf(5).optional(),
    flag: z.boolean().default(false),
    mode: z.enum(['Plain', 'Fancy']).default('Plain'),
    level: z.literal([1, 2, 3]).optional(),
    nothing: z.string().nullable(),

    float: z.float64().optional(),
  }),
})

const Formats = defineKind({
  ...common,
  kind: 'Format',
  spec: z.object({
    at: timestamp().optional(),
    every: duration({ min: '1s', max: '24h' }).optional(),
    timeout: duration().optional(),
    amount: quantity().optional(),
    port: intOrString().optional(),
    ipv4: z.ipv4().optional(),
    ipv6: z.ipv6().optional(),
    network: cidr().optional(),
    url: z.url().optional(),
    id: z.uuid().optional(),
    day: z.iso.date().optional(),
    mail: z.email().optional(),
    host: z.hostname().optional(),
    code: z.base64().min(4).optional(),
  }),
})

const Lists = defineKind({
  ...common,
  kind: 'Lister',
  spec: z.object({
    ports: listMap(
      z.object({ name: z.string().max(15), port: z.int().min(1).max(65535), protocol: z.enum(['TCP', 'UDP']).default('TCP') }),
      ['port', 'protocol'],
      { max: 8 },
    ).optional(),
    hosts: listSet(z.string().max(20), { max: 4 }).optional(),
    args: atomic(z.array(z.string()).min(1).max(3)).optional(),
    matrix: z
      .array(z.array(z.int().min(0)).max(3))
      .max(3)
      .optional(),
    labels: z.record(z.string(), z.string().max(10)).meta({ maxProperties: 3 }).optional(),
    limits: z.record(z.string(), quantity()).optional(),
  }),
  status: z.object({ conditions: conditions().optional() }),
})

const Defaults = defineKind({
  ...common,
  kind: 'Defaulted',
  spec: z.object({
    strategy: z.object({ type: z.enum(['Rolling', 'Recreate']).default('Rolling'), surge: intOrString().default('25%') }).prefault({}),
    probes: z
      .array(z.object({ path: z.string().default('/'), seconds: z.int().min(1).default(10) }))
      .default([{ path: '/healthz', seconds: 5 }]),
    nested: z.object({ deep: z.object({ deeper: z.int().default(3) }).optional() }).optional(),
    template: z.object({ a: z.string(), b: z.int() }).default({ a: 'x', b: 1 }),
  }),
})

const Open = defineKind({
  ...common,
  kind: 'Open',
  spec: z.object({
    anything: z.unknown(),
    fields: anyFields().optional(),
    loose: z.looseObject({ known: z.int() }).optional(),
    strict: z.strictObject({ known: z.int() }).optional(),
    inner: embeddedObject().optional(),
  }),
})

const Shape = defineKind({
  ...common,
  kind: 'Shape',
  spec: z.object({
    shape: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('Circle'), radius: z.int().min(1) }),
      z.strictObject({ type: z.literal('Square'), side: z.int().min(1), label: z.string().max(10).optional() }),
      z.strictObject({ type: z.enum(['Point', 'Nothing']), label: z.string().max(10).optional() }),
    ]),
    more: z
      .array(
        z.discriminatedUnion('in', [
          z.strictObject({ in: z.literal('namespace'), namespace: z.string().max(20) }),
          z.strictObject({ in: z.literal('cluster'), 'cluster-name': z.string().max(20) }),
        ]),
      )
      .max(4)
      .optional(),
  }),
})

const Source = defineKind({
  ...common,
  kind: 'Source',
  spec: oneOfFields(
    cel(
      z.object({
        url: z.string().max(30).optional(),
        path: z.string().max(30).optional(),
        secretRef: z.object({ name: z.string().max(20) }).optional(),
        min: z.int().default(0),
        max: z.int().default(10),
        region: immutable(z.string().max(20)).optional(),
      }),
      'self.min <= self.max',
      { message: 'min must not be above max', fieldPath: '.min', reason: 'FieldValueInvalid', check: ({ min, max }) => min <= max },
    ),
    ['url', 'path', 'secretRef'],
  ),
})

/** Kinds that together use everything that a definition can say. */
export const AGREED_KINDS = [Scalars, Formats, Lists, Defaults, Open, Shape, Source] as unknown as readonly KindDefinition[]
