import { controller, createManager, type Manager, type ReconcileContext, silentLogger } from '@kubewright/runtime'
import { fakeClient } from '../../packages/runtime/src/fake/fake-client.ts'
import { FakeServer } from '../../packages/runtime/src/fake/fake-server.ts'
import { Website, website } from '../../packages/runtime/src/fake/program.ts'

export { Website }

/** A server in this process with so many websites, in ten namespaces. No network: what is measured is the controller's own cost. */
export function serverWith(objects: number): FakeServer {
  const server = new FakeServer().serve(Website)
  for (let index = 0; index < objects; index++) put(server, index)
  return server
}

/** Creates the website, or changes it when the image is another. */
export function put(server: FakeServer, index: number, image = 'nginx'): void {
  server.put(Website, website(`site-${index}`, image, { namespace: namespaceOf(index) }))
}

export const namespaceOf = (index: number) => `shop-${index % 10}`

/** The whole stack, reflector to reconcile, on that server; `reconcile` has it all. Ends with the returned function. */
export function runController(
  server: FakeServer,
  options: { readonly workers: number; readonly reconcile: (context: ReconcileContext<Website>) => void | Promise<void> },
): { readonly manager: Manager; readonly stop: () => Promise<void> } {
  const manager = createManager({ client: fakeClient(server), log: silentLogger })
  manager.add(controller(Website, options))
  const stopping = new AbortController()
  const running = manager.run(stopping.signal)
  return {
    manager,
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
