export type Sdk = typeof import('./sdk-modules.ts')

/** Loaded with the first provider: 30 MB of heap that an operator without one does not need. Later calls get the same. */
export const loadSdk = (): Promise<Sdk> => import('./sdk-modules.ts')
