import { dnsLabelErrors, dnsSubdomainErrors, type StatusCause } from '@kubewright/core'
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../status/index.ts'
import { type Fields, listAt, optionalFields } from './fields.ts'

/** The checks of a PodSpec that manifests run into; not all that a real server makes. */
export function validatePodSpec(spec: Fields, field: string): StatusCause[] {
  const containers = listAt(spec, 'containers')
  const causes: StatusCause[] = containers.length === 0 ? [requiredValue(`${field}.containers`)] : []
  const names = new Set<string>()
  for (const kind of ['containers', 'initContainers'] as const) {
    listAt(spec, kind).forEach((container, index) => {
      causes.push(...validateContainer(container, `${field}.${kind}[${index}]`, names))
    })
  }
  const policy = spec['restartPolicy']
  if (policy !== undefined && !RESTART_POLICIES.includes(String(policy)))
    causes.push(unsupportedValue(`${field}.restartPolicy`, policy, RESTART_POLICIES))
  causes.push(
    ...validateNodeAffinity(optionalFields(optionalFields(spec, 'affinity') ?? {}, 'nodeAffinity') ?? {}, `${field}.affinity.nodeAffinity`),
  )
  causes.push(...validateHostname(spec, field), ...validateSysctls(spec, `${field}.securityContext.sysctls`))
  const volumes = listAt(spec, 'volumes').map(({ name }) => String(name ?? ''))
  volumes.forEach((name, index) => {
    const at = `${field}.volumes[${index}].name`
    if (name === '') causes.push(requiredValue(at))
    else if (volumes.indexOf(name) < index) causes.push(duplicateValue(at, name))
  })
  return causes
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const LONGEST_SYSCTL = 253
const NO_SYSCTL = `must have at most ${LONGEST_SYSCTL} characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`

function validateSysctls(spec: Fields, field: string): readonly StatusCause[] {
  const names = listAt(optionalFields(spec, 'securityContext') ?? {}, 'sysctls').map(({ name }) => String(name ?? ''))
  return names.flatMap((name, index) => {
    const at = `${field}[${index}].name`
    if (name === '') return [requiredValue(at)]
    if (name.length > LONGEST_SYSCTL || !SYSCTL.test(name)) return [invalidValue(at, name, NO_SYSCTL)]
    return names.indexOf(name) < index ? [duplicateValue(at, name)] : []
  })
}

/** What Linux takes as a host name: 64 bytes. */
const LONGEST_HOSTNAME = 64

function validateHostname(spec: Fields, field: string): readonly StatusCause[] {
  const { hostname, subdomain, hostnameOverride, hostNetwork, setHostnameAsFQDN } = spec
  const causes: StatusCause[] = []
  const labels = { hostname, subdomain }
  for (const [name, value] of Object.entries(labels))
    if (value) causes.push(...dnsLabelErrors(String(value)).map((problem) => invalidValue(`${field}.${name}`, value, problem)))
  if (typeof hostnameOverride !== 'string' || hostnameOverride === '') return causes
  const at = `${field}.hostnameOverride`
  causes.push(...dnsSubdomainErrors(hostnameOverride).map((problem) => invalidValue(at, hostnameOverride, problem)))
  if (hostnameOverride.length > LONGEST_HOSTNAME)
    causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${LONGEST_HOSTNAME} bytes`, field: at })
  if (setHostnameAsFQDN === true) causes.push(forbiddenValue(at, 'may not be specified when setHostnameAsFQDN is true'))
  if (hostNetwork === true) causes.push(forbiddenValue(at, 'may not be specified when hostNetwork is true'))
  return causes
}

function validateNodeAffinity(affinity: Fields, field: string): StatusCause[] {
  const required = optionalFields(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')
  const causes: StatusCause[] = []
  if (required !== undefined && listAt(required, 'nodeSelectorTerms').length === 0) {
    const at = `${field}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
    causes.push(requiredValue(at, 'must have at least one node selector term'))
  }
  listAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').forEach(({ weight = 0 }, index) => {
    const at = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}].weight`
    if (typeof weight === 'number' && (weight < 1 || weight > 100)) causes.push(invalidValue(at, weight, 'must be in the range 1-100'))
  })
  return causes
}

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure']

function validateContainer(container: Fields, field: string, names: Set<string>): StatusCause[] {
  const causes: StatusCause[] = []
  const name = container['name']
  if (typeof name !== 'string' || name === '') causes.push(requiredValue(`${field}.name`))
  else {
    causes.push(...dnsLabelErrors(name).map((problem) => invalidValue(`${field}.name`, name, problem)))
    if (names.has(name)) causes.push(duplicateValue(`${field}.name`, name))
    names.add(name)
  }
  if (!container['image']) causes.push(requiredValue(`${field}.image`))
  listAt(container, 'ports').forEach((port, index) => {
    const number = port['containerPort']
    if (typeof number !== 'number' || number === 0) causes.push(requiredValue(`${field}.ports[${index}].containerPort`))
    else if (number < 1 || number > 65535)
      causes.push(invalidValue(`${field}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive'))
  })
  return causes
}
