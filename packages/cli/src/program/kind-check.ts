import type { Client } from '@kubewright/client'
import type { Logger } from '@kubewright/runtime'
import type { OperatorDefinition } from '../operator.ts'

/** Says which of an operator's kinds the server does not serve, and the mend. Only says: they may be applied a moment later, and the controllers wait for them. */
export async function checkKinds(client: Client, operator: OperatorDefinition, log: Logger, signal: AbortSignal): Promise<void> {
  const missing: string[] = []
  for (const kind of operator.kinds) if ((await client.discovery.find(kind, { signal })) === undefined) missing.push(kind.kind)
  if (missing.length === 0) return
  log.warn(
    `not installed in the cluster: ${missing.join(', ')}. Apply them: kubewright manifests ${operator.name} --only crds | kubectl apply --server-side -f -`,
    {
      operator: operator.name,
    },
  )
}
