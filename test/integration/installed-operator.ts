// An operator as its manifests install it: its own ServiceAccount with the roles that are bound to it, and nothing else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kubeconfigFor } from '@kubewright/client'
import type { PolicyRule } from '@kubewright/schema'
import { type AuditedRequest, compareRights, eventually, type FaultProxy, readAuditLog } from '@kubewright/testing'
import { expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Bench } from './harness.ts'
import { run } from './program.ts'
import type { Wire } from './wire.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const GROUP = 'rbac.authorization.k8s.io'

interface Role {
  readonly kind: 'ClusterRole' | 'Role'
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly PolicyRule[]
}

/** Writes an audit log of who asks for what; its file goes with `dispose`. */
export function auditLog() {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-audit-'))
  const path = join(folder, 'audit.log')
  const policy = join(folder, 'policy.yaml')
  writeFileSync(
    policy,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n  - level: Metadata\n    userGroups: ["system:serviceaccounts"]\n',
  )
  return {
    folder,
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    read: (): readonly AuditedRequest[] => readAuditLog(readFileSync(path, 'utf8')),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type AuditLog = ReturnType<typeof auditLog>

/** What `kubewright manifests` prints. */
export async function printedManifests<T>(...args: readonly string[]): Promise<readonly T[]> {
  const { code, stdout, stderr } = await run(['manifests', ...args])
  expect([code, stderr]).toEqual([0, ''])
  return parseAllDocuments(stdout).map((document) => document.toJS() as T)
}

export interface Installation {
  readonly operator: string
  readonly namespace: string
  /** Ends of the names of the roles to bind, as in `kubewright-gc-shards`; `''` is the operator's own. */
  readonly roles: readonly string[]
  /** A resource whose rights are left out of the roles. @default none is */
  readonly without?: string
  /** More for `kubewright manifests`. */
  readonly flags?: readonly string[]
  /** Where its requests go through, with its own credentials. @default straight to the server */
  readonly through?: Pick<FaultProxy, 'url'>
}

interface Parts {
  readonly kubeconfig: string
  readonly user: string
  readonly audit: AuditLog
  readonly rules: readonly PolicyRule[]
  readonly admin: Wire
}

/** One operator in a cluster that others use at the same time: its requests are told from theirs by its identity. */
export class InstalledOperator {
  readonly kubeconfig: string
  readonly #parts: Parts

  private constructor(parts: Parts) {
    this.kubeconfig = parts.kubeconfig
    this.#parts = parts
  }

  /** Its roles are renamed after the namespace, so that several tests may install it. */
  static async install(bench: Bench, admin: Wire, audit: AuditLog, installation: Installation): Promise<InstalledOperator> {
    const { operator, namespace, roles, without, flags = [], through } = installation
    const make = async (path: string, body: object) => {
      const reply = await admin.send('POST', path, body)
      expect([reply.code, reply.body.message]).toEqual([201, undefined])
      return reply.body as { readonly status?: { readonly token?: string } }
    }
    const printed = await printedManifests<Role>(operator, '--only', 'rbac', '--namespace', namespace, ...flags)
    const wanted = new Set(roles.map((end) => `kubewright-${operator}${end === '' ? '' : `-${end}`}`))
    const granted = printed
      .filter(({ kind, metadata }) => kind.endsWith('Role') && wanted.has(metadata.name))
      .map((role) => ({ ...role, rules: role.rules.filter(({ resources = [] }) => without === undefined || !resources.includes(without)) }))
    expect(new Set(granted.map(({ metadata }) => metadata.name))).toEqual(wanted)
    const account = `kubewright-${operator}`
    const user = `system:serviceaccount:${namespace}:${account}`
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace }]
    await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: account } })
    for (const { kind, metadata, rules } of granted) {
      const name = `${namespace}-${metadata.name}`
      const at = kind === 'Role' ? `${RBAC}/namespaces/${metadata.namespace}/role` : `${RBAC}/clusterrole`
      await make(`${at}s`, { metadata: { name }, rules })
      await make(`${at}bindings`, { metadata: { name }, roleRef: { apiGroup: GROUP, kind, name }, subjects })
    }
    const asked = { spec: { expirationSeconds: 3600 } }
    const { status } = await make(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, asked)
    const token = status!.token!
    const kubeconfig = join(audit.folder, `${namespace}.kubeconfig`)
    const server = through === undefined ? bench.cluster.connection : { server: through.url }
    writeFileSync(kubeconfig, kubeconfigFor({ ...server, token, namespace }))
    const rules = granted.flatMap((role) => role.rules)
    await known(admin, user, granted)
    return new InstalledOperator({ kubeconfig, user, audit, rules, admin })
  }

  requests(): readonly AuditedRequest[] {
    const { audit, user } = this.#parts
    return audit.read().filter((request) => request.user === user)
  }

  /** Waits until the operator has used what it has been given, all but what is excepted; fails on every request that was refused. */
  async usedExactly(except: Readonly<Record<string, string>> = {}): Promise<void> {
    await eventually(
      () => {
        const requests = this.requests()
        const { missing, unused } = compareRights(this.#parts.rules, requests)
        expect({ unused: unused.filter((right) => !Object.hasOwn(except, right)), missing }).toEqual({ unused: [], missing: [] })
        expect(
          Object.keys(except).filter((right) => !unused.includes(right)),
          'excepted, and yet used or not granted',
        ).toEqual([])
      },
      { timeout: 60_000 },
    )
    this.refusedNothing()
  }

  /** Rights that are granted and were not used so far. */
  unused(): readonly string[] {
    return compareRights(this.#parts.rules, this.requests()).unused
  }

  may(
    verb: string,
    where: { readonly group?: string; readonly resource: string; readonly namespace: string | undefined },
  ): Promise<boolean> {
    return isAllowed(this.#parts.admin, this.#parts.user, { verb, ...where })
  }

  refusedNothing(): void {
    const refused = this.requests().filter(({ forbidden, code }) => forbidden || code === 403)
    expect(refused.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  }
}

/** A real server's authorizer reads roles through a cache: until it has caught up, a program that starts is refused. */
async function known(admin: Wire, user: string, roles: readonly Role[]): Promise<void> {
  for (const { metadata, rules } of roles)
    for (const { apiGroups = [''], resources = [], resourceNames, verbs } of rules) {
      const [resource, subresource] = resources[0]?.split('/') ?? []
      const deed = { verb: verbs[0], group: apiGroups[0], resource, subresource, name: resourceNames?.[0], namespace: metadata.namespace }
      await eventually(async () => {
        if (!(await isAllowed(admin, user, deed))) throw new Error(`${user} may not ${JSON.stringify(deed)} yet`)
      })
    }
}

async function isAllowed(admin: Wire, user: string, resourceAttributes: object): Promise<boolean> {
  const spec = { user, groups: ['system:serviceaccounts', 'system:authenticated'], resourceAttributes }
  const { body } = await admin.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })
  return (body as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
}
