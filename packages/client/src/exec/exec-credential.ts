import { parseTime } from '@kubewright/core'
import type { Credentials } from '../identity/identity.ts'
import { pairProblem, pemOf } from '../identity/pem.ts'

export const EXEC_API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const
export type ExecApiVersion = (typeof EXEC_API_VERSIONS)[number]

/** What a plugin with `provideClusterInfo` is told about the cluster it is to log in to. */
export interface ExecCluster {
  readonly server: string
  readonly 'tls-server-name'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  /** Base64 of the PEM bundle. */
  readonly 'certificate-authority-data'?: string
  readonly 'proxy-url'?: string
  readonly 'disable-compression'?: boolean
  /** The cluster's extension `client.authentication.k8s.io/exec`. */
  readonly config?: unknown
}

/** The value of `KUBERNETES_EXEC_INFO`. */
export function execInfo(apiVersion: ExecApiVersion, interactive: boolean, cluster: ExecCluster | undefined): string {
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { ...(cluster && { cluster }), interactive } })
}

export interface ExecAnswer {
  readonly credentials: Credentials
  /** Milliseconds since the epoch; absent: good until the server refuses it. */
  readonly expiresAt?: number
}

/**
 * Reads what a plugin printed. Messages never quote the output: it is a credential.
 * @throws Error with a sentence that says what is wrong with the plugin's answer.
 */
export function parseExecCredential(stdout: string, apiVersion: ExecApiVersion): ExecAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(stdout)
  } catch {
    throw new Error(
      `it printed ${stdout.trim() === '' ? 'nothing' : `${stdout.length} characters that are not JSON`} where an ExecCredential was expected`,
    )
  }
  const { kind, apiVersion: answered, status } = asRecord(answer)
  if (kind !== 'ExecCredential') throw new Error('its answer is not of kind ExecCredential')
  if (answered !== apiVersion) {
    throw new Error(`it answered in apiVersion "${String(answered)}", but the kubeconfig asks for "${apiVersion}": make the two the same`)
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = asRecord(status)
  const cert = typeof clientCertificateData === 'string' ? pemOf(clientCertificateData) : undefined
  const key = typeof clientKeyData === 'string' ? pemOf(clientKeyData) : undefined
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined)) {
    throw new Error('its answer has only one of status.clientCertificateData and status.clientKeyData')
  }
  if (clientCertificateData !== undefined && (cert === undefined || key === undefined)) {
    throw new Error('status.clientCertificateData or status.clientKeyData of its answer is not PEM')
  }
  const problem = cert && key && pairProblem('status.clientCertificateData and status.clientKeyData of its answer', cert, key)
  if (problem) throw new Error(problem)
  if (typeof token !== 'string' && cert === undefined) throw new Error('its answer has neither status.token nor a client certificate')
  const expiresAt = typeof expirationTimestamp === 'string' ? parseTime(expirationTimestamp) : undefined
  if (expirationTimestamp !== undefined && expirationTimestamp !== null && expiresAt === undefined) {
    throw new Error('status.expirationTimestamp of its answer is not an RFC 3339 time')
  }
  return {
    credentials: {
      ...(typeof token === 'string' && { authorization: `Bearer ${token}` }),
      ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
    },
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
