import type { ClusterConnection } from '@kubewright/client'

/** What a test cluster needs of the server behind it; one for each kind. */
export interface ServerUnderTest {
  readonly connection: ClusterConnection
  /** Ends the API server, or its reachability; its data stays. Resolves when its port refuses connections. */
  halt(): Promise<void>
  /** The same address, certificates and data again. Resolves when it is ready. */
  revive(): Promise<void>
  /** Old resource versions and continue tokens answer 410 from now on. */
  forgetHistory(): Promise<void>
  /** The end of it, and of all that it left on this machine. */
  stop(): Promise<void>
}
