import { type Fields, fieldsAt, fill, listAt, optionalFields } from './fields.ts'

/** Defaults of a PodSpec as k8s.io/kubernetes/pkg/apis/core/v1/defaults.go sets them, for pods and for the templates of workloads alike. */
export function defaultPodSpec(spec: Fields): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
  })
  // Less than nothing is as little as possible: 0 would be to kill.
  if (Number(spec['terminationGracePeriodSeconds']) < 0) spec['terminationGracePeriodSeconds'] = 1
  if (spec['serviceAccountName'] === undefined && spec['serviceAccount'] !== undefined) spec['serviceAccountName'] = spec['serviceAccount']
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] = spec['serviceAccountName']
  for (const kind of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of listAt(spec, kind)) defaultContainer(container, spec['hostNetwork'] === true)
  }
  for (const volume of listAt(spec, 'volumes')) defaultVolume(volume)
}

function defaultContainer(container: Fields, hostNetwork: boolean): void {
  fill(container, { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} })
  container['imagePullPolicy'] ??= pullPolicyOf(String(container['image'] ?? ''))
  for (const port of listAt(container, 'ports')) {
    port['protocol'] ??= 'TCP'
    if (hostNetwork) port['hostPort'] ??= port['containerPort']
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = optionalFields(container, name)
    if (probe === undefined) continue
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
    defaultHandler(probe)
    const grpc = optionalFields(probe, 'grpc')
    if (grpc !== undefined) grpc['service'] ??= ''
  }
  const lifecycle = optionalFields(container, 'lifecycle')
  for (const name of ['postStart', 'preStop']) {
    const handler = lifecycle && optionalFields(lifecycle, name)
    if (handler !== undefined) defaultHandler(handler)
  }
  for (const env of listAt(container, 'env')) {
    const fieldRef = optionalFields(optionalFields(env, 'valueFrom') ?? {}, 'fieldRef')
    if (fieldRef !== undefined) fieldRef['apiVersion'] ??= 'v1'
    const resourceRef = optionalFields(optionalFields(env, 'valueFrom') ?? {}, 'resourceFieldRef')
    if (resourceRef !== undefined) resourceRef['divisor'] ??= '0'
  }
}

/** A limit without a request asks for the whole limit: of Pods alone, templates stay as they were written. */
export function defaultRequests(spec: Fields): void {
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const resources = fieldsAt(container, 'resources')
    const limits = optionalFields(resources, 'limits')
    if (limits !== undefined) fill(fieldsAt(resources, 'requests'), limits)
  }
}

function defaultHandler(handler: Fields): void {
  const httpGet = optionalFields(handler, 'httpGet')
  if (httpGet !== undefined) fill(httpGet, { path: '/', scheme: 'HTTP' })
}

/** `latest` and untagged images may change under their name, so they are pulled each time; a digest beside the tag pins them. */
function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^:/]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent'
}

/** 0644, as JSON has no octal numbers. */
const READABLE = 420

function defaultVolume(volume: Fields): void {
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const fields = optionalFields(volume, source)
    if (fields === undefined) continue
    fields['defaultMode'] ??= READABLE
    for (const projection of listAt(fields, 'sources')) {
      const token = optionalFields(projection, 'serviceAccountToken')
      if (token !== undefined) token['expirationSeconds'] ??= 3600
      defaultDownward(optionalFields(projection, 'downwardAPI'))
    }
    if (source === 'downwardAPI') defaultDownward(fields)
  }
  const hostPath = optionalFields(volume, 'hostPath')
  if (hostPath !== undefined) hostPath['type'] ??= ''
  // A volume that names no source is an empty directory.
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {}
}

function defaultDownward(downward: Fields | undefined): void {
  for (const item of downward === undefined ? [] : listAt(downward, 'items')) {
    const fieldRef = optionalFields(item, 'fieldRef')
    if (fieldRef !== undefined) fieldRef['apiVersion'] ??= 'v1'
  }
}
