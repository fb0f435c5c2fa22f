import { type DynamicObject, deepEqual } from '@kubewright/core'
import { isRefusal } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import { type Controller, type ControllerContext, NAMESPACES_TABLE, Tables } from './context.ts'
import { WorkLoop } from './work-loop.ts'

interface Default {
  readonly table: string
  readonly name: string
  readonly body: (rootCa: string) => DynamicObject
  /** The field that is put right when somebody has changed it. */
  readonly kept?: 'data'
}

/** What Pods of every namespace count on. */
const DEFAULTS: readonly Default[] = [
  { table: '/serviceaccounts', name: 'default', body: () => ({ metadata: { name: 'default' } }) },
  {
    table: '/configmaps',
    name: 'kube-root-ca.crt',
    kept: 'data',
    body: (rootCa) => ({
      metadata: {
        name: 'kube-root-ca.crt',
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': rootCa },
    }),
  },
]

/** Gives each namespace its default ServiceAccount and the ConfigMap with the server's CA, and gives them again when they are deleted or spoilt. */
export class NamespaceDefaults implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly rootCa: string
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext, rootCa: string) {
    this.context = context
    this.tables = new Tables(context.catalog)
    this.rootCa = rootCa
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'namespace defaults', work: (name) => this.provide(name) })
    this.unsubscribe = context.objects.store.subscribe(({ type, resource, current }) => {
      const { name = '', namespace } = current.object.metadata
      if (resource === NAMESPACES_TABLE && type === 'put') this.loop.add(name)
      else if (namespace !== undefined && DEFAULTS.some((each) => each.table === resource && each.name === name)) this.loop.add(namespace)
    })
    for (const { object } of context.objects.store.list(NAMESPACES_TABLE)) this.loop.add(object.metadata.name ?? '')
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private provide(namespace: string): void {
    const entry = this.context.objects.store.get(NAMESPACES_TABLE, namespace)
    if (entry === undefined || entry.object.metadata.deletionTimestamp !== undefined) return
    for (const each of DEFAULTS) {
      const resource = this.tables.find(each.table)
      if (resource !== undefined) this.settle(resource, namespace, each)
    }
  }

  private settle(resource: StoredResource, namespace: string, { name, body, kept }: Default): void {
    const { objects } = this.context
    const wanted = body(this.rootCa)
    const target = { namespace, name }
    const known = objects.find(resource, target)
    if (known !== undefined && (kept === undefined || deepEqual(known[kept], wanted[kept]))) return
    try {
      if (known === undefined) objects.create(resource, wanted, namespace)
      else objects.update(resource, target, (current) => ({ ...current, [kept!]: wanted[kept!] }), { unconditional: true })
    } catch (error) {
      if (!isRefusal(error, 404) && !isRefusal(error, 409)) throw error
    }
  }
}
