import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request of a contestant, as the server saw it. */
export interface Request {
  readonly verb: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly code: number
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  readonly answeredAt: number
}

interface AuditEvent {
  readonly verb: string
  readonly stage: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string }
  readonly responseStatus?: { readonly code?: number }
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
}

/** The audit log of a server whose flags these are: who asked for what, of those that are ServiceAccounts. */
export function auditLog(folder: string) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'audit.log')
  const policy = join(folder, 'audit-policy.yaml')
  writeFileSync(
    policy,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n  - level: Metadata\n    userGroups: ["system:serviceaccounts"]\n',
  )
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    /** What this user has asked for and was answered; watches count when they begin. */
    requestsOf(user: string): readonly Request[] {
      const text = readFileSync(path, 'utf8')
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
      return lines
        .filter((line) => line.includes(`"username":"${user}"`))
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ verb, stage }) => stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete'))
        .map(({ verb, objectRef = {}, responseStatus, requestReceivedTimestamp, stageTimestamp }) => ({
          verb,
          resource: objectRef.resource ?? '',
          namespace: objectRef.namespace ?? '',
          name: objectRef.name ?? '',
          code: responseStatus?.code ?? 0,
          receivedAt: Date.parse(requestReceivedTimestamp),
          answeredAt: Date.parse(stageTimestamp),
        }))
    },
  }
}

export type AuditLog = ReturnType<typeof auditLog>
