// A client of HashiCorp Vault and OpenBao, as thin as two operators need it.
export { type Credential, credentialFile, type VaultAuth } from './auth/method.ts'
export type { SessionEvent } from './auth/session.ts'
export { type VaultClient, type VaultOptions, vaultClient } from './client.ts'
export { isVaultError, VaultError, type VaultFailure, type VaultFailureKind } from './errors.ts'
export type { KvMount } from './kv/mount.ts'
export type { KvV1 } from './kv/v1.ts'
export {
  CUSTOM_METADATA_LIMITS,
  type KvMetadata,
  type KvSecret,
  type KvV2,
  type KvVersion,
  type MetadataSettings,
  type WriteOptions,
} from './kv/v2.ts'
export { apiPath, normalizePath } from './paths.ts'
export type {
  Health,
  HealthState,
  InitRequest,
  InitResult,
  Leader,
  RaftJoinRequest,
  RaftPeer,
  RekeyStatus,
} from './sys/cluster.ts'
export type { CallOptions, SealStatus, SubmitOptions } from './sys/seal.ts'
export { type DecodedShare, decodeShare, SHARE_BYTES, shareFingerprint } from './sys/share.ts'
export type { AddressOptions, TlsOptions } from './transport/address.ts'
export type { VaultAnswer } from './transport/answer.ts'
export { cleanSentences } from './transport/redaction.ts'
export type { RetryLimits } from './transport/retries.ts'
export type { Method, VaultAttempt, VaultCall } from './transport/transport.ts'
