import { ConfigurationError } from '@kubewright/core'
import type { DashboardView } from '@kubewright/dashboard'
import { isLocal, type Manager, parseBindAddress, type Runnable } from '@kubewright/runtime'

/** Where the dashboard is served, to whom, and what it shows besides what every program has. */
export interface DashboardOptions {
  /** Where it listens: `127.0.0.1:8090`, or port 0 for a free one. @default "127.0.0.1:8090" */
  readonly bindAddress?: string
  /** What whoever looks must send, as a bearer token or as the password of Basic authentication. @default none: an address of this machine needs none */
  readonly token?: string
  /** What whoever acts must send beside that: to have an object looked at, and to hold a controller. @default none: the page only shows */
  readonly actionsToken?: string
  /** Named on the page. @default "operator" */
  readonly program?: string
  /** Pages of one's own beside those that are always there. @default none */
  readonly views?: readonly DashboardView[]
}

/** The dashboard as a part of a manager. */
export interface DashboardRunnable extends Runnable {
  /** Resolves with the address of the page when it is served. Never settles when the manager does not run. */
  readonly url: Promise<string>
}

const FLAG = '--dashboard-bind-address'

/**
 * The live page about a manager: `manager.add(dashboard())`, before the controllers, so that it sees them from the start. It asks the API server nothing, shows
 * no secrets, and changes nothing unless it has `actionsToken`.
 * @throws ConfigurationError when everybody could read it
 */
export function dashboard(options: DashboardOptions = {}): DashboardRunnable {
  const { bindAddress = '127.0.0.1:8090', token, actionsToken, program = 'operator', views = [] } = options
  const where = parseBindAddress(FLAG, bindAddress)
  if (where === undefined)
    throw new ConfigurationError(`${FLAG} "${bindAddress}" is off: leave the dashboard out, or give an address such as 127.0.0.1:8090`)
  const local = isLocal(where.host)
  if (!local && token === undefined)
    throw new ConfigurationError(
      `${FLAG} "${bindAddress}": the dashboard shows objects of the cluster, and everybody can reach that address: give an address such as 127.0.0.1:8090 and use kubectl port-forward, or give --dashboard-token-file too`,
    )
  const open = Promise.withResolvers<string>()
  // Whoever wants to know waits for it; nobody has to.
  open.promise.catch(() => undefined)
  return {
    name: 'dashboard',
    needsLeaderElection: false,
    url: open.promise,
    async run(signal: AbortSignal, manager: Manager) {
      try {
        // Most programs have no dashboard, and need not hold what serves it.
        const { servePage } = await import('./served-page.ts')
        const given = { flag: FLAG, bindAddress, isLocal: local, program, views, token, actionsToken }
        await servePage(manager, given, { signal, served: (address) => open.resolve(`http://${address}/`) })
      } catch (error) {
        open.reject(error as Error)
        throw error
      }
    },
  }
}
