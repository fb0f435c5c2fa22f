import type { Explanation } from 'kubewright'
import type { ProblemReason } from './desired/content.ts'
import type { TargetState } from './kind/status.ts'
import type { FailureReason } from './sync/failure.ts'

/** What the reasons in conditions and events of VaultSyncs mean. */
export const reasons = {
  Synced: { cause: 'Vault has what is wanted.' },
  NothingToSync: {
    cause: 'There is nothing to write: no Secret is named, or none has a key that is wanted.',
    mend: 'When something should be there, check the annotations: `vault-sync.io/secrets`, with its lists of keys, and `vault-sync.io/templates`.',
  },
  Pending: { cause: 'It was not written yet; it is about to be.' },
  Removing: { cause: 'A path that is not wanted any more is being taken out of Vault, or waits until its successor is there.' },
  Removed: { cause: 'A path that is not wanted any more was taken out of Vault.' },
  Repaired: {
    cause: 'Somebody else had changed the secret in Vault, and it was written again.',
    mend: 'Find out who writes there. With `vault-sync.io/drift-policy: Report` or `Ignore` it is left.',
  },
  Drifted: {
    cause: 'Somebody else has changed the secret in Vault, and the drift policy says to tell only.',
    mend: 'Change the Secret to what is wanted, or have it repaired (`vault-sync.io/drift-policy: Repair`).',
  },
  Conflict: {
    cause: 'The path in Vault is somebody else’s: another object has it, or a secret is there that was not written from here.',
    mend: 'Choose another path, delete the other one, or take it over with the annotation `vault-sync.io/adopt: "true"`.',
  },
  InvalidAnnotations: {
    cause: 'The annotations of the object cannot be read; nothing is written.',
    mend: 'Correct what the message names; slips of the finger are told with what was probably meant.',
  },
  InvalidPath: {
    cause: 'The path cannot be one in Vault, or names a mount and nothing in it.',
    mend: 'Write MOUNT/PATH, as in `secret/shop/database`.',
  },
  PathNotAllowed: {
    cause: 'The path policy of the operator does not allow this path for this namespace.',
    mend: 'Choose a path that it allows, by default `<mount>/<namespace>/**`; the one who runs the operator can allow more.',
  },
  SourceMissing: {
    cause: 'A Secret that is to be pushed is not there. What was pushed before stays in Vault.',
    mend: 'Make the Secret, or take its name out of the annotation.',
  },
  KeyMissing: {
    cause: 'A key that is to be pushed is not in its Secret.',
    mend: 'Correct the name of the key, or add it to the Secret.',
  },
  KeyCollision: {
    cause: 'Two Secrets give the same key of one path in Vault.',
    mend: 'Give one of the two a prefix or another name in the list of keys, or write each Secret to a path of its own.',
  },
  BinaryValue: {
    cause: 'A value is no text, and `vault-sync.io/binary: Reject` refuses such values.',
    mend: 'Take that annotation away, and the value is written as base64; or leave the key out.',
  },
  SecretTypeRefused: {
    cause: 'The Secret is a credential of Kubernetes itself or the state of a tool, which nobody wants copied by accident.',
    mend: 'Put what is needed into a Secret of your own.',
  },
  TooLarge: {
    cause: 'The secret is larger than Vault, or the limit of the operator, takes.',
    mend: 'Push fewer keys to one path.',
  },
  PermissionDenied: {
    cause: 'The policies of the operator’s token do not allow this path in Vault.',
    mend: 'Add it to the policy: `kubewright vault-sync policy` prints one; `kubewright doctor vault-sync` names what is missing.',
  },
  LoginFailed: {
    cause: 'Vault refuses the login of the operator: the role, the auth mount, its reviewer token, or the ServiceAccount is wrong.',
    mend: 'Check `--vault-sync-vault-role` and `--vault-sync-vault-auth-path`; `kubewright doctor vault-sync` tries the login.',
  },
  MountNotFound: {
    cause: 'There is no KV engine at the beginning of the path, or it is of another version than the path is written for.',
    mend: 'Enable it (`vault secrets enable -path=MOUNT kv-v2`), or correct the path.',
  },
  VaultUnavailable: {
    cause: 'Vault is sealed, a standby without a leader, starting, or cannot be reached. It is tried again by itself.',
    mend: 'When it lasts: `vault status` at the address that the message names, network policies, and the CA (`--vault-sync-vault-ca-file`).',
  },
  RateLimited: {
    cause: 'A quota of Vault is used up. It is tried again when Vault says.',
    mend: 'Raise the quota, or lower the rate of the operator.',
  },
  Refused: {
    cause: 'Vault does not take the request, and will not take it tomorrow.',
    mend: 'The message has Vault’s words: the path, the version of the engine, or a required check-and-set number.',
  },
  Failed: {
    cause: 'A write failed for a reason that fits no other class. It is tried again.',
    mend: 'The message says what; the log of the operator has the stack.',
  },
  CleanupFailed: {
    cause: 'The object is being deleted, and what it wrote cannot be taken out of Vault. It is tried again, and let go after the deadline.',
    mend: 'Mend what the message names. The annotation `vault-sync.io/force-finalize` lets it go at once.',
  },
  LeftInVault: {
    cause: 'A path was left as it is: it is another’s by now, or outside of the path policy.',
    mend: 'Delete it by hand, if nobody needs it.',
  },
  Orphaned: {
    cause: 'The object is gone, and something of it is still in Vault. A VaultSyncOrphan remembers it, and retries.',
    mend: '`kubectl get vaultsyncorphans` says why it cannot be removed.',
  },
} as const satisfies Readonly<Record<FailureReason | ProblemReason | TargetState, Explanation>> & Readonly<Record<string, Explanation>>

export type Reason = keyof typeof reasons
