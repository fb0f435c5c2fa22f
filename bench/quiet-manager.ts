// The manager under the operators that are measured: alone, without ports, and silent unless something is wrong.
import { type Client, createLogger, createManager, type Manager } from 'kubewright'

export function quietManager(client: Client, namespaces?: readonly string[]): Manager {
  return createManager({
    client,
    log: createLogger({ level: 'warn', format: 'text' }),
    metricsBindAddress: '0',
    healthProbeBindAddress: '0',
    leaderElection: false,
    ...(namespaces !== undefined && { namespaces }),
  })
}
