import { type Client, CustomResourceDefinition } from '@kubewright/client'
import type { KindDefinition } from '@kubewright/schema'
import { eventually } from '@kubewright/testing'

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Creates a kind's definition and waits until the server serves it. */
export async function installKind(client: Client, kind: KindDefinition<never, never> | KindDefinition): Promise<void> {
  const definitions = await client.resource(CustomResourceDefinition)
  const created = await definitions.create(kind.crd() as unknown as CustomResourceDefinition)
  await eventually(async () => {
    const { status } = (await definitions.get({ name: created.metadata.name! })) as WithConditions
    if (!status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True'))
      throw new Error(`${created.metadata.name} is not established`)
  })
  // Established is not yet served: a real server opens the path a moment later.
  const path = `/apis/${kind.group}/${kind.version}/${kind.plural}`
  await eventually(() => client.request('GET', path, { query: { limit: '1' } }))
  client.discovery.invalidate()
}
