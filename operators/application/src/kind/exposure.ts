import { intOrString, listMap, z } from 'kubewright'

const portNumber = z.int().min(1).max(65_535)
const portName = z
  .string()
  .max(15)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
const annotations = z.record(z.string(), z.string().max(262_144))

export const ports = listMap(
  z.object({
    port: portNumber.describe('Where the application listens.'),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    name: portName.optional().describe('Default: "http" for the first TCP port, for others such as "tcp-9090".'),
    servicePort: portNumber.optional().describe('Where the Service listens. Default: port.'),
    nodePort: portNumber.optional().describe('For a Service of type NodePort or LoadBalancer. Default: chosen by the cluster.'),
    appProtocol: z.string().min(1).max(253).optional(),
  }),
  ['port', 'protocol'],
  { max: 50 },
).describe('The ports of the application. With at least one of them there is a Service.')

export const service = z
  .object({
    enabled: z.boolean().default(true),
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP'),
    annotations: annotations.optional(),
  })
  .describe('How the ports are reached.')

const host = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)

export const ingress = z
  .object({
    className: z.string().min(1).max(253).optional().describe("Default: the cluster's default class."),
    annotations: annotations.optional(),
    hosts: z
      .array(
        z.object({
          host,
          paths: z
            .array(
              z.object({
                path: z.string().min(1).max(2_048).regex(/^\//).default('/'),
                pathType: z.enum(['Prefix', 'Exact', 'ImplementationSpecific']).default('Prefix'),
                port: intOrString().optional().describe('A port of the application, by number or name. Default: the first TCP port.'),
              }),
            )
            .min(1)
            .max(50)
            .optional()
            .describe('Default: everything below "/".'),
        }),
      )
      .min(1)
      .max(50),
    tls: z
      .array(
        z.object({
          hosts: z.array(host).max(50).optional().describe('Default: all hosts.'),
          secretName: z.string().min(1).max(253).describe('A Secret of type kubernetes.io/tls in the same namespace.'),
        }),
      )
      .max(20)
      .optional(),
  })
  .describe('How the application is reached from outside by HTTP.')
