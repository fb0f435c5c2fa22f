import { compareQuantities, type KubeObject } from 'kubewright'
import type { ApplicationSpec } from '../kind/application.ts'
import { parseImage } from './image-reference.ts'
import { namedPorts } from './ports.ts'
import { invalid, type Problem } from './problem.ts'

/** ConfigMap's rule for keys. */
const CONFIG_KEY = /^[-._a-zA-Z0-9]{1,253}$/
/** A ConfigMap is at most 1 MiB; some of it goes to metadata. */
const MOST_CONFIG_BYTES = 1_000_000
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** What makes no sense although each field by itself is legal, and what neither the schema nor CEL can say at a price. */
export function consistencyProblems(spec: ApplicationSpec): readonly Problem[] {
  return [
    ...(parseImage(spec.image) === undefined
      ? [invalid('spec.image', 'is no image reference, such as registry.example/team/app:1.2')]
      : []),
    ...portProblems(spec),
    ...configProblems(spec),
    ...amountProblems(spec),
    ...volumeProblems(spec),
    ...probeProblems(spec),
    ...ingressProblems(spec),
  ]
}

/** What is legal and most likely not meant. */
export function warningsFor(spec: ApplicationSpec): readonly string[] {
  const { resources, autoscaling, podDisruptionBudget, replicas, config = {}, configMount } = spec
  const limits = resources?.limits ?? {}
  const requests = resources?.requests ?? {}
  const missing = ['cpu', 'memory'].filter((resource) => limits[resource] === undefined)
  const unseen = configMount === undefined ? Object.keys(config).filter((key) => !VARIABLE.test(key)) : []
  const cpuTarget =
    autoscaling !== undefined && (autoscaling.targetCPUUtilizationPercentage ?? autoscaling.targetMemoryUtilizationPercentage ?? 80)
  return [
    ...(missing.length > 0 ? [`spec.resources.limits: no ${missing.join(' and no ')}: one pod may take what the others need`] : []),
    ...(cpuTarget !== false && requests['cpu'] === undefined && autoscaling?.targetMemoryUtilizationPercentage === undefined
      ? ['spec.autoscaling: without spec.resources.requests.cpu there is nothing to measure the target by']
      : []),
    ...(podDisruptionBudget !== undefined && replicas < 2 && autoscaling === undefined
      ? ['spec.podDisruptionBudget: with one replica it can keep a node from ever being drained']
      : []),
    ...(unseen.length > 0
      ? [`spec.config: no environment variables can have the names ${unseen.slice(0, 5).join(', ')}: set configMount`]
      : []),
  ]
}

function portProblems({ ports = [], service }: ApplicationSpec): Problem[] {
  const names = namedPorts(ports).map(({ name }) => name)
  const onService = ports.map(({ port, servicePort = port, protocol }) => `${servicePort}/${protocol}`)
  return ports.flatMap((port, at) => [
    ...(names.indexOf(names[at]!) !== at ? [invalid(`spec.ports[${at}].name`, `another port has the name "${names[at]!}" already`)] : []),
    ...(port.name !== undefined && !/[a-z]/.test(port.name) ? [invalid(`spec.ports[${at}].name`, 'must have a letter in it')] : []),
    ...(onService.indexOf(onService[at]!) !== at ? [invalid(`spec.ports[${at}].servicePort`, 'another port has it already')] : []),
    ...(port.nodePort !== undefined && (service?.type ?? 'ClusterIP') === 'ClusterIP'
      ? [invalid(`spec.ports[${at}].nodePort`, 'needs spec.service.type NodePort or LoadBalancer')]
      : []),
  ])
}

function configProblems({ config = {}, configMount }: ApplicationSpec): Problem[] {
  const keys = Object.keys(config)
  const wrong = keys.filter((key) => !CONFIG_KEY.test(key) || key === '.' || key === '..' || key.startsWith('..'))
  const bytes = keys.reduce((sum, key) => sum + Buffer.byteLength(key) + Buffer.byteLength(config[key]!), 0)
  return [
    ...wrong.map((key) =>
      invalid(`spec.config[${key}]`, 'a key must consist of letters, digits, "-", "_" and ".", and not begin with ".."'),
    ),
    ...(bytes > MOST_CONFIG_BYTES ? [invalid('spec.config', `has ${bytes} bytes: a ConfigMap holds ${MOST_CONFIG_BYTES}`)] : []),
    ...(configMount !== undefined && keys.length === 0 ? [invalid('spec.configMount', 'there is no config to be mounted')] : []),
  ]
}

function amountProblems({ resources: { requests = {}, limits = {} } = {} }: ApplicationSpec): Problem[] {
  return Object.entries(requests).flatMap(([resource, amount]) => {
    const limit = limits[resource]
    const above = limit !== undefined && compareQuantities(String(amount), String(limit)) > 0
    return above ? [invalid(`spec.resources.requests.${resource}`, `is more than the limit`)] : []
  })
}

function volumeProblems({ volumes = [], configMount }: ApplicationSpec): Problem[] {
  const mounts = volumes.map(({ mountPath }) => mountPath)
  return volumes.flatMap(({ name, mountPath }, at) => [
    ...(mounts.indexOf(mountPath) !== at || mountPath === configMount
      ? [invalid(`spec.volumes[${at}].mountPath`, 'something else is mounted there already')]
      : []),
    ...(name === CONFIG_VOLUME ? [invalid(`spec.volumes[${at}].name`, `"${CONFIG_VOLUME}" is the volume of spec.config`)] : []),
  ])
}

/** The name of the volume of `spec.configMount`. */
export const CONFIG_VOLUME = 'application-config'

function probeProblems({ probes = {}, ports = [] }: ApplicationSpec): Problem[] {
  const known = namedPorts(ports)
  return (['liveness', 'readiness', 'startup'] as const).flatMap((which) => {
    const probe = probes[which]
    if (probe === undefined) return []
    const at = `spec.probes.${which}`
    const target = probe.httpGet ?? probe.tcpSocket
    const way = probe.httpGet === undefined ? 'tcpSocket' : 'httpGet'
    return [
      ...(target !== undefined && target.port === undefined && ports.length === 0
        ? [invalid(`${at}.${way}.port`, 'is required, for spec.ports is empty')]
        : []),
      ...(typeof target?.port === 'string' && !known.some(({ name }) => name === target.port)
        ? [invalid(`${at}.${way}.port`, 'none of spec.ports has that name')]
        : []),
      ...(which !== 'readiness' && (probe.successThreshold ?? 1) !== 1 ? [invalid(`${at}.successThreshold`, 'must be 1')] : []),
    ]
  })
}

function ingressProblems({ ingress, ports = [], service }: ApplicationSpec): Problem[] {
  if (ingress === undefined) return []
  const known = namedPorts(ports)
  const isKnown = (wanted: number | string) => known.some(({ port, name }) => wanted === port || wanted === name)
  const tcp = ports.some(({ protocol }) => protocol === 'TCP')
  const hosts = ingress.hosts.map(({ host }) => host)
  return [
    ...(service?.enabled === false ? [invalid('spec.ingress', 'needs the Service: spec.service.enabled is false')] : []),
    ...(tcp ? [] : [invalid('spec.ingress', 'needs a TCP port in spec.ports')]),
    ...ingress.hosts.flatMap(({ host, paths = [] }, at) => [
      ...(hosts.indexOf(host) !== at ? [invalid(`spec.ingress.hosts[${at}].host`, 'is there twice')] : []),
      ...paths.flatMap(({ port }, index) =>
        port === undefined || isKnown(port) ? [] : [invalid(`spec.ingress.hosts[${at}].paths[${index}].port`, 'is none of spec.ports')],
      ),
    ]),
    ...(ingress.tls ?? []).flatMap(({ hosts: secured = [] }, at) =>
      secured.flatMap((host, index) =>
        hosts.includes(host) ? [] : [invalid(`spec.ingress.tls[${at}].hosts[${index}]`, 'is none of spec.ingress.hosts')],
      ),
    ),
  ]
}

/** Of a name that the rest of the program needs. The schema says it too; a CRD of another hand may not. */
export function nameProblems({ metadata: { name = '' } }: KubeObject): readonly Problem[] {
  return /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
    ? []
    : [invalid('metadata.name', 'must be a DNS label that begins with a letter: the Service has the same name')]
}
