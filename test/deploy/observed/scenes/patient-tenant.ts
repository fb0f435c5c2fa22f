import type { Kind, KubeObject } from 'kubewright'
import { eventually } from 'kubewright/testing'
import { isUnanswered } from '../../../soak/soak.ts'
import { Tenant } from '../../../soak/worlds/tenant.ts'

/** Tries again what was refused because no webhook answered: the programs of a busy machine may take longer than the API server waits. */
export class PatientTenant extends Tenant {
  override create<T extends KubeObject>(
    kind: Kind<T>,
    object: { readonly metadata: object; readonly [field: string]: unknown },
  ): Promise<T> {
    const given = new AbortController()
    return eventually(
      () =>
        super.create(kind, object).catch((error: unknown) => {
          if (!isUnanswered(error)) given.abort(error)
          throw error
        }),
      { timeout: 90_000, signal: given.signal },
    )
  }
}
