// An audit log of the API server with everything that anybody sent and got, but what is in Secrets: there secrets belong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources: [{ group: "", resources: [secrets, serviceaccounts/token] }]
  - level: RequestResponse
`

export interface BodyAudit extends Disposable {
  /** For the API server. */
  readonly flags: readonly string[]
  /** The lines that were written since the last time they were read. */
  readNew(): string
}

export function bodyAudit(): BodyAudit {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-audit-'))
  const path = join(folder, 'audit.log')
  const policy = join(folder, 'policy.yaml')
  writeFileSync(policy, POLICY)
  let read = 0
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    readNew() {
      const log = readFileSync(path)
      // The last line may be half written.
      const end = log.lastIndexOf('\n') + 1
      const text = log.toString('utf8', read, end)
      read = end
      return text
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
