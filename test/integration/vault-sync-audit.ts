// Who used what at a Vault: of a real one what its audit device writes, of the in-process one its own journal.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEntry, VaultUnderTest } from '@kubewright/testing'
import { onTestFinished } from 'vitest'

/** One request, as far as rights are concerned. */
export interface AuditedUse {
  readonly capability: string
  readonly path: string
  readonly denied: boolean
}

export interface Grant {
  readonly path: string
  readonly capabilities: readonly string[]
}

interface DeviceEntry {
  readonly type: string
  readonly error?: string
  readonly auth?: { readonly token_policies?: readonly string[] }
  readonly request: { readonly operation: string; readonly path: string }
}

/** Turns the audit device on, and tells from then on what was done with tokens of a policy. */
export async function auditVault(vault: VaultUnderTest): Promise<(policy: string) => readonly AuditedUse[]> {
  if (hasJournal(vault))
    return (policy) =>
      vault.audit
        .filter(({ policies, capability }) => capability !== undefined && policies.includes(policy))
        .map(({ capability, path, status }) => ({ capability: capability!, path, denied: status === 403 }))
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-vault-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'audit.log')
  await vault.admin('PUT', 'sys/audit/file', { type: 'file', options: { file_path: file } })
  return (policy) => {
    const text = readFileSync(file, 'utf8')
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as DeviceEntry)
      .filter(({ type, auth }) => type === 'response' && auth?.token_policies?.includes(policy) === true)
      .map(({ error = '', request: { operation, path } }) => ({ capability: operation, path, denied: error.includes('permission denied') }))
  }
}

const hasJournal = (vault: VaultUnderTest): vault is VaultUnderTest & { readonly audit: readonly AuditEntry[] } => 'audit' in vault

/** What a policy grants and nobody used, each as PATH CAPABILITY. */
export function unusedOf(grants: readonly Grant[], uses: readonly AuditedUse[]): readonly string[] {
  return grants.flatMap(({ path, capabilities }) => {
    const covers = matcherOf(path)
    const used = new Set(uses.filter((use) => !use.denied && covers.test(use.path)).map(({ capability }) => capability))
    return capabilities.filter((capability) => !used.has(capability)).map((capability) => `${path} ${capability}`)
  })
}

/** In a policy of Vault `+` is one segment, and `*` at the end is whatever follows. */
function matcherOf(pattern: string): RegExp {
  const open = pattern.endsWith('*')
  const segments = (open ? pattern.slice(0, -1) : pattern)
    .split('/')
    .map((each) => (each === '+' ? '[^/]+' : each.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${segments.join('/')}${open ? '.*' : ''}$`)
}
