/** What differs between the products and their ages, as far as the operators can see it. */
export interface VaultRelease {
  readonly product: 'vault' | 'openbao'
  readonly version: string
  readonly buildDate: string
  readonly buildDateField: 'build_date' | 'commit_date'
  /** Removed nodes say so (Vault 1.19), and standbys tell 474. */
  readonly removal: boolean
  readonly enterpriseField: boolean
  /** OpenBao has them since 2.3; community Vault ignores the header. */
  readonly namespaces: boolean
}

export const VAULT: VaultRelease = {
  product: 'vault',
  version: '1.21.2',
  buildDate: '2026-01-06T08:33:05Z',
  buildDateField: 'build_date',
  removal: true,
  enterpriseField: true,
  namespaces: false,
}

export const OPENBAO: VaultRelease = {
  product: 'openbao',
  version: '2.5.0',
  buildDate: '2026-02-04T15:57:17Z',
  buildDateField: 'build_date',
  removal: false,
  enterpriseField: false,
  namespaces: true,
}
