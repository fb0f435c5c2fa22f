import type { DynamicObject } from '@kubewright/core'
import { isRefusal } from '../registry/removal.ts'
import { type Controller, type ControllerContext, NAMESPACES_TABLE, Tables } from './context.ts'
import { WorkLoop } from './work-loop.ts'

interface Default {
  readonly table: string
  readonly name: string
  readonly body: (rootCa: string) => DynamicObject
}

/** What Pods of every namespace count on. */
const DEFAULTS: readonly Default[] = [
  { table: '/serviceaccounts', name: 'default', body: () => ({ metadata: { name: 'default' } }) },
  {
    table: '/configmaps',
    name: 'kube-root-ca.crt',
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

/** Gives each namespace its default ServiceAccount and the ConfigMap with the server's CA, and gives them again when they are deleted. */
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
      else if (type === 'delete' && namespace !== undefined && DEFAULTS.some((each) => each.table === resource && each.name === name))
        this.loop.add(namespace)
    })
    for (const { object } of context.objects.store.list(NAMESPACES_TABLE)) this.loop.add(object.metadata.name ?? '')
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private provide(namespace: string): void {
    const { objects } = this.context
    const entry = objects.store.get(NAMESPACES_TABLE, namespace)
    if (entry === undefined || entry.object.metadata.deletionTimestamp !== undefined) return
    for (const { table, name, body } of DEFAULTS) {
      const resource = this.tables.find(table)
      if (resource === undefined || objects.find(resource, { namespace, name }) !== undefined) continue
      try {
        objects.create(resource, body(this.rootCa), namespace)
      } catch (error) {
        if (!isRefusal(error, 409)) throw error
      }
    }
  }
}
