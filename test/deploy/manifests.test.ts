// Installations without Helm: every manifest is one that the API server takes, and the ways of getting them give the same.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Namespace } from '@kubewright/client'
import { serverFolders } from '@kubewright/testing'
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { useCluster } from '../integration/harness.ts'
import { isKubectlWanted, Kubectl, NO_KUBECTL } from '../integration/kubectl-command.ts'
import { DEPLOY } from './asked-metrics.ts'
import { isHelmWanted, type Manifest, NAMESPACE, NO_HELM, render } from './helm.ts'

const bench = useCluster()
beforeEach(({ skip }) => {
  if (!isKubectlWanted(bench.cluster)) skip(NO_KUBECTL)
})
beforeAll(async () => {
  const namespaces = await bench.client.resource(Namespace)
  for (const name of [SYSTEM, NAMESPACE]) await namespaces.create({ metadata: { name } })
})

const SYSTEM = 'kubewright-system'
const INSTALL = join(DEPLOY, 'manifests', 'install.yaml')
const documentsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest)
const byName = (manifests: readonly Manifest[]) =>
  new Map(manifests.map((each) => [`${each.kind} ${each.metadata.namespace} ${each.metadata.name}`, each]))
const dryRun = (file: string, namespace: string) =>
  new Kubectl(bench.cluster.kubeconfigPath, namespace).run(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', file])

test('the API server takes every manifest of install.yaml', async () => {
  const told = (await dryRun(INSTALL, SYSTEM)).split('\n')
  expect(told.filter((line) => line.endsWith('serverside-applied (server dry run)'))).toHaveLength(
    documentsOf(readFileSync(INSTALL, 'utf8')).length,
  )
})

test('the API server takes every manifest of the chart, with everything switched on that it has kinds for', async ({ skip }) => {
  if (!isHelmWanted) skip(NO_HELM)
  const operators = Object.fromEntries(['application', 'gc', 's3', 'vault-sync', 'vault-unsealer'].map((name) => [name, { enabled: true }]))
  const manifests = await render({
    operators,
    defaults: { networkPolicy: { enabled: true }, metrics: { secure: true }, shards: { enabled: true, filter: 'label' } },
    dashboards: { enabled: true },
  })
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-manifests-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'all.yaml')
  writeFileSync(file, manifests.map((each) => `---\n${stringify(each, { aliasDuplicateObjects: false })}`).join(''))
  const told = (await dryRun(file, NAMESPACE)).split('\n')
  expect(told.filter((line) => line.endsWith('serverside-applied (server dry run)'))).toHaveLength(manifests.length)
})

test('the overlay of all operators is the same as install.yaml', async () => {
  const kubectl =
    serverFolders()
      .map((each) => join(each, 'kubectl'))
      .find(existsSync) ?? 'kubectl'
  const built = await promisify(execFile)(kubectl, ['kustomize', join(DEPLOY, 'kustomize', 'overlays', 'all')], { maxBuffer: 2 ** 26 })
  expect(byName(documentsOf(built.stdout))).toEqual(byName(documentsOf(readFileSync(INSTALL, 'utf8'))))
})

test('the chart gives each operator the rights of its manifests, no more and no fewer', async ({ skip }) => {
  if (!isHelmWanted) skip(NO_HELM)
  const installed = documentsOf(readFileSync(INSTALL, 'utf8'))
  for (const name of ['application', 'gc', 's3', 'vault-sync', 'vault-unsealer']) {
    const chart = await render({ operators: { [name]: { enabled: true } }, crds: { install: false } })
    const rulesIn = (manifests: readonly Manifest[], kind: string, role: string) =>
      manifests.find((each) => each.kind === kind && each.metadata.name === role)?.['rules']
    for (const kind of ['ClusterRole', 'Role'])
      expect(rulesIn(chart, kind, `kubewright-${name}`)).toEqual(rulesIn(installed, kind, `kubewright-${name}`))
    // What bindings are there decides what is granted: of the roles apart only that of the webhooks.
    const bound = chart.filter(({ kind }) => kind.endsWith('RoleBinding')).map(({ metadata }) => metadata.name)
    expect(new Set(bound)).toEqual(new Set([`kubewright-${name}`, `kubewright-${name}-webhooks`]))
  }
})
