import { intOrString, listMap, oneOfFields, quantity, z } from 'kubewright'

// What the application's container is given. The names are those of Kubernetes' Container, so that what people know holds. Bounds on lists are
// there for the API server, which multiplies the cost of CEL rules by them; they are far above sensible use.

const name = z.string().min(1).max(253)
const optional = z.boolean().optional()
const seconds = z.int().min(1).max(86_400)

const keyOf = (what: string) => z.object({ name: name.describe(`The ${what}, in the application's namespace.`), key: name, optional })

const valueFrom = oneOfFields(
  z.object({
    secretKeyRef: keyOf('Secret').optional(),
    configMapKeyRef: keyOf('ConfigMap').optional(),
    fieldRef: z.object({ fieldPath: z.string().min(1).max(512), apiVersion: z.string().max(64).optional() }).optional(),
    resourceFieldRef: z.object({ resource: z.string().min(1).max(64), containerName: z.string().max(63).optional() }).optional(),
  }),
  ['secretKeyRef', 'configMapKeyRef', 'fieldRef', 'resourceFieldRef'],
)

const variable = oneOfFields(
  z.object({
    name: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[^=]+$/),
    value: z.string().max(131_072).optional(),
    valueFrom: valueFrom.optional(),
  }),
  ['value', 'valueFrom'],
  { count: 'atMostOne' },
)

export const env = listMap(variable, ['name'], { max: 300 }).describe('Environment variables, in an order that matters to $(REFERENCES).')

const source = z.object({ name, optional })

export const envFrom = z
  .array(
    oneOfFields(z.object({ prefix: z.string().max(253).optional(), configMapRef: source.optional(), secretRef: source.optional() }), [
      'configMapRef',
      'secretRef',
    ]),
  )
  .max(50)
  .describe('All keys of ConfigMaps and Secrets as environment variables.')

const words = z.array(z.string().max(32_768)).max(200)

export const command = words.describe('Instead of the entrypoint of the image.')
export const args = words.describe("Instead of the image's arguments.")

const amounts = z.record(z.string(), quantity())

export const resources = z
  .object({
    requests: amounts.optional().describe('What the scheduler sets aside: cpu, memory, …'),
    limits: amounts.optional().describe('What is never exceeded: cpu, memory, …'),
  })
  .describe('For each pod.')

const port = intOrString().optional().describe('A number, or the name of a port. Default: the first of the ports.')

export const probe = oneOfFields(
  z.object({
    httpGet: z
      .object({
        path: z.string().max(2_048).default('/'),
        port,
        scheme: z.enum(['HTTP', 'HTTPS']).optional(),
        host: z.string().max(253).optional(),
        httpHeaders: z
          .array(z.object({ name: z.string().min(1).max(256), value: z.string().max(4_096) }))
          .max(20)
          .optional(),
      })
      .optional(),
    tcpSocket: z.object({ port }).optional(),
    exec: z.object({ command: words }).optional(),
    grpc: z.object({ port: z.int().min(1).max(65_535), service: z.string().max(253).optional() }).optional(),
    initialDelaySeconds: z.int().min(0).max(86_400).optional(),
    periodSeconds: seconds.optional(),
    timeoutSeconds: seconds.optional(),
    successThreshold: z.int().min(1).max(100).optional(),
    failureThreshold: z.int().min(1).max(1_000).optional(),
  }),
  ['httpGet', 'tcpSocket', 'exec', 'grpc'],
)

export const probes = z
  .object({
    liveness: probe.optional().describe('Fails: the container is started anew.'),
    readiness: probe.optional().describe('Fails: the pod gets no traffic, and does not count as ready.'),
    startup: probe.optional().describe('Until it succeeds, the others wait.'),
  })
  .describe('How the kubelet finds out how the application is.')

const volume = oneOfFields(
  z.object({
    name: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    mountPath: z
      .string()
      .min(1)
      .max(1_024)
      .regex(/^\/[^:]*$/),
    subPath: z.string().max(1_024).optional(),
    readOnly: z.boolean().optional(),
    configMap: source.optional(),
    secret: source.optional(),
    persistentVolumeClaim: z.object({ claimName: name }).optional(),
    emptyDir: z.object({ medium: z.enum(['Memory']).optional(), sizeLimit: quantity().optional() }).optional(),
  }),
  ['configMap', 'secret', 'persistentVolumeClaim', 'emptyDir'],
)

export const volumes = listMap(volume, ['name'], { max: 50 }).describe(
  'Files of ConfigMaps, Secrets and claims, and scratch space, each mounted at one place.',
)
