import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, type ClusterConnection, kubeconfigFor, sleep } from 'kubewright'
import type { AuditLog, Request } from './audit.ts'
import type { Contestant, Pace, Site } from './contestant.ts'

/** The server on which all of them meet. */
export interface Arena {
  readonly admin: Client
  readonly connection: ClusterConnection
  readonly audit: AuditLog
  readonly folder: string
}

/** A contestant at work in a namespace of its own. */
export interface AtWork {
  /** @throws Error with its last words when its program has ended badly */
  check(): void
  requests(): readonly Request[]
  stop(): Promise<void>
}

export async function serveCrds(admin: Client, crds: readonly object[]): Promise<void> {
  for (const body of crds) await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body })
  for (const crd of crds as readonly Definition[]) {
    const { group, names, versions } = crd.spec
    while (!(await answers(admin, `/apis/${group}/${versions[0]!.name}/${names.plural}`))) await sleep(100)
  }
}

interface Definition {
  readonly spec: {
    readonly group: string
    readonly names: { readonly plural: string }
    readonly versions: readonly { readonly name: string }[]
  }
}

const answers = (admin: Client, path: string) =>
  admin.request('GET', path).then(
    () => true,
    () => false,
  )

/** An empty namespace for one trial of a contestant. */
export async function openSite({ admin, connection, folder }: Arena, namespace: string): Promise<Site> {
  await admin.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } })
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await admin.request('POST', accounts, { body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'contestant' } } })
  await admin.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'contestant', namespace }],
    },
  })
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } }
  const { status } = await admin.request<{ readonly status: { readonly token: string } }>('POST', `${accounts}/contestant/token`, {
    body: asked,
  })
  const own = join(folder, namespace)
  mkdirSync(own)
  const { server, caData } = connection
  const kubeconfig = join(own, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigFor({ server, ...(caData !== undefined && { caData }), token: status.token, namespace }), {
    mode: 0o600,
  })
  return { namespace, kubeconfig, folder: own }
}

/** Starts its program, after its policy. */
export async function startWork(arena: Arena, contestant: Contestant, site: Site, seconds: number, pace: Pace): Promise<AtWork> {
  const { admin, audit } = arena
  const policy = contestant.policy?.(site.namespace, seconds, pace)
  if (policy !== undefined) await admin.request('POST', policy.path, { body: policy.body })
  const { command, args, env = {} } = contestant.launch(site, pace)
  const said: string[] = []
  const child = spawn(command, args, { cwd: site.folder, env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void said.splice(0, said.length - 20, text))
  const ended = endOf(child)
  return {
    check() {
      // The floor ends when it has done its work, well.
      if (child.exitCode !== null && child.exitCode !== 0)
        throw new Error(`${contestant.name} ended with ${child.exitCode}:\n${said.join('')}`)
    },
    requests: () => audit.requestsOf(`system:serviceaccount:${site.namespace}:contestant`),
    async stop() {
      child.kill('SIGTERM')
      const overdue = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(overdue)
      if (policy !== undefined) await admin.request('DELETE', `${policy.path}/due`)
    },
  }
}

const endOf = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    child.once('close', () => resolve())
    child.once('error', reject)
  })
