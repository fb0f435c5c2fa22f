import type { coreV1 } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { CONFIG_VOLUME } from '../policy/consistency.ts'
import { firstTcpPort, namedPorts } from '../policy/ports.ts'
import { type Settings, settingsOf } from './config-map.ts'
import { CONFIG_HASH_ANNOTATION, childLabels, REVISION_ANNOTATION, selectorLabels } from './names.ts'
import type { Revision } from './revision.ts'

/** The pods of a revision. */
export function podTemplateOf(application: Application, { hash, fields }: Revision): coreV1.PodTemplateSpec {
  const settings = settingsOf(application, fields)
  const { imagePullSecrets, nodeSelector, tolerations, affinity, serviceAccountName, priorityClassName, terminationGracePeriodSeconds } =
    fields
  return {
    metadata: {
      labels: { ...fields.podLabels, ...childLabels(application) },
      annotations: {
        ...fields.podAnnotations,
        [REVISION_ANNOTATION]: hash,
        ...(settings !== undefined && { [CONFIG_HASH_ANNOTATION]: settings.hash }),
      },
    },
    spec: {
      // A pod that was given no account has no business with the API server.
      automountServiceAccountToken: fields.automountServiceAccountToken ?? serviceAccountName !== undefined,
      securityContext: {
        runAsNonRoot: fields.securityContext?.runAsNonRoot ?? true,
        seccompProfile: fields.securityContext?.seccompProfile ?? { type: 'RuntimeDefault' },
        ...fields.podSecurityContext,
      },
      containers: [containerOf(fields, settings)],
      ...defined({ imagePullSecrets, nodeSelector, tolerations, serviceAccountName, priorityClassName, terminationGracePeriodSeconds }),
      ...(affinity !== undefined && { affinity: affinity as coreV1.Affinity }),
      ...(fields.topologySpreadConstraints !== undefined && {
        topologySpreadConstraints: fields.topologySpreadConstraints.map((constraint) => ({
          ...constraint,
          labelSelector: { matchLabels: selectorLabels(application) },
        })),
      }),
      ...volumesOf(fields, settings),
    },
  }
}

function containerOf(fields: Revision['fields'], settings: Settings | undefined): coreV1.Container {
  const { image, imagePullPolicy, command, args, workingDir, env, resources, probes = {}, ports = [] } = fields
  const asEnv = settings !== undefined && fields.configMount === undefined
  // Before what the user names, so that it can be overridden there.
  const envFrom = [...(asEnv ? [{ configMapRef: { name: settings.name } }] : []), ...(fields.envFrom ?? [])]
  const probeOf = (probe: Probe | undefined) =>
    probe === undefined ? undefined : aimed(probe, firstTcpPort(ports)?.port ?? ports[0]?.port)
  return {
    name: 'application',
    image,
    securityContext: containerSecurity(fields),
    ...defined({ imagePullPolicy, command, args, workingDir, env, resources: resources && amountsOf(resources) }),
    ...(envFrom.length > 0 && { envFrom }),
    ...(ports.length > 0 && {
      ports: namedPorts(ports).map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
    }),
    ...defined({
      livenessProbe: probeOf(probes.liveness),
      readinessProbe: probeOf(probes.readiness),
      startupProbe: probeOf(probes.startup),
    }),
    ...mountsOf(fields, settings),
  }
}

function containerSecurity({ securityContext = {} }: Revision['fields']): coreV1.SecurityContext {
  const { privileged, allowPrivilegeEscalation, capabilities, seccompProfile: _, runAsNonRoot: __, ...rest } = securityContext
  // The server refuses a privileged container that gains no privileges.
  if (privileged === true) return { ...rest, privileged, ...defined({ capabilities }) }
  return {
    ...rest,
    allowPrivilegeEscalation: allowPrivilegeEscalation ?? false,
    capabilities: { drop: ['ALL'], ...capabilities },
  }
}

/** YAML makes numbers of some amounts. */
function amountsOf({ requests, limits }: NonNullable<Revision['fields']['resources']>): coreV1.ResourceRequirements {
  const texts = (amounts: Readonly<Record<string, number | string>> | undefined) =>
    amounts && Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]))
  return defined({ requests: texts(requests), limits: texts(limits) })
}

type Probe = NonNullable<NonNullable<Revision['fields']['probes']>['liveness']>

/** With the port that is meant when none is named. */
function aimed(probe: Probe, usual: number | undefined): coreV1.Probe {
  const { httpGet, tcpSocket, ...rest } = probe
  const port = usual ?? 0
  return {
    ...rest,
    ...(httpGet !== undefined && { httpGet: { ...httpGet, port: httpGet.port ?? port } }),
    ...(tcpSocket !== undefined && { tcpSocket: { port: tcpSocket.port ?? port } }),
  } as coreV1.Probe
}

function mountsOf({ volumes = [], configMount }: Revision['fields'], settings: Settings | undefined) {
  const mounts: coreV1.VolumeMount[] = volumes.map(({ name, mountPath, subPath, readOnly }) => ({
    name,
    mountPath,
    ...defined({ subPath, readOnly }),
  }))
  if (settings !== undefined && configMount !== undefined) mounts.push({ name: CONFIG_VOLUME, mountPath: configMount, readOnly: true })
  return mounts.length > 0 ? { volumeMounts: mounts } : {}
}

function volumesOf({ volumes = [], configMount }: Revision['fields'], settings: Settings | undefined) {
  const made = volumes.map(({ name, configMap, secret, persistentVolumeClaim, emptyDir }) => ({
    name,
    ...defined({
      configMap,
      persistentVolumeClaim,
      emptyDir,
      secret: secret === undefined ? undefined : { secretName: secret.name, ...defined({ optional: secret.optional }) },
    }),
  })) as coreV1.Volume[]
  if (settings !== undefined && configMount !== undefined) made.push({ name: CONFIG_VOLUME, configMap: { name: settings.name } })
  return made.length > 0 ? { volumes: made } : {}
}

/** Without the fields that nobody has set. */
function defined<T extends object>(fields: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
