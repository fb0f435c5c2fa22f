import { createDashboard, type DashboardView } from '@kubewright/dashboard'
import { type Manager, serveHttp } from '@kubewright/runtime'
import { guarded } from './access.ts'
import { guardedActions } from './action-access.ts'
import { managerSource } from './manager-source.ts'

export interface PageSettings {
  /** The flag that the address comes from, for messages. */
  readonly flag: string
  readonly bindAddress: string
  /** Whether only this machine can reach the address. */
  readonly isLocal: boolean
  readonly program: string
  readonly views: readonly DashboardView[]
  readonly token: string | undefined
  readonly actionsToken: string | undefined
}

/** Serves the page about the manager until the signal. `served` is told its address. @throws ConfigurationError when the address cannot be had */
export async function servePage(
  manager: Manager,
  { flag, bindAddress, isLocal, program, views, token, actionsToken }: PageSettings,
  { signal, served }: { readonly signal: AbortSignal; readonly served: (address: string) => void },
): Promise<void> {
  const page = createDashboard(managerSource(manager, { program, views, acts: actionsToken !== undefined }), manager.newId())
  const acting = guardedActions((url, question) => page.answer(url, question), actionsToken)
  const answering = guarded(acting, { isLocal, token })
  const endpoint = await serveHttp(flag, bindAddress, answering, { clock: manager.clock, takesOrders: true })
  if (endpoint === undefined) return
  manager.log.info('the dashboard is served', { address: endpoint.address })
  served(endpoint.address)
  try {
    await page.run(signal)
  } finally {
    await endpoint.close()
  }
}
