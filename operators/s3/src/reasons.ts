import type { Explanation } from 'kubewright'
import type { FailureClass } from './gateway/failure.ts'

/** What the server, or the way to it, has said: all kinds have these. */
const failures = {
  Transient: {
    cause: 'The server was not reached, or failed in a way that passes. It is tried again.',
    mend: 'When it lasts: the endpoint of the Provider, DNS, network policies, and the status page of the service.',
  },
  Throttled: { cause: 'The server wants fewer requests: the whole Provider is asked less, and more slowly.' },
  Unauthenticated: {
    cause: 'The server does not know the access key of the Provider.',
    mend: 'Correct the Secret that `spec.auth` of the Provider names; it is read again when it changes.',
  },
  LockedOut: {
    cause: 'The server has locked the account after refused requests, for five minutes and longer with each try.',
    mend: 'Correct the credentials of the Provider, then wait: nothing is sent meanwhile.',
  },
  Denied: {
    cause: 'The credentials of the Provider may not make this call; the message names it.',
    mend: 'Allow the action in the policy of these credentials.',
  },
  ClockSkew: {
    cause: 'The clocks of the server and of the operator differ too much for signatures.',
    mend: 'Mend the clock of the node (NTP).',
  },
  NotFound: {
    cause: 'What is looked for is not on the server, and may not be made: `managementPolicies` lack Create, or it is another’s to make.',
    mend: 'Make it there, correct the name, or allow Create.',
  },
  Conflict: {
    cause: 'Something is in the way: an older object means the same thing on the server, or the server refuses because of what is there.',
    mend: 'The message names it: rename or delete one of the two.',
  },
  Refused: {
    cause: 'The server refuses what the spec asks for, and will say the same tomorrow.',
    mend: 'Change the field that the message is about.',
  },
  Unsupported: {
    cause: 'The server does not know this, or the Provider has no `iamEndpoint`.',
    mend: 'Take the field out, use another server, or set `spec.unsupported: Ignore` where it may be missing.',
  },
} as const satisfies Readonly<Record<FailureClass, Explanation>>

/** What one object waits for, or is hindered by, that another object decides. */
const references = {
  ProviderNotFound: {
    cause: 'The Provider is not there, or does not allow objects of this namespace.',
    mend: 'Correct `spec.providerRef`, or annotate the Provider with `s3.kubewright.dev/allow-from`.',
  },
  BucketNotFound: {
    cause: 'The Bucket is not there, or does not allow objects of this namespace.',
    mend: 'Correct the reference, or annotate the Bucket with `s3.kubewright.dev/allow-from`.',
  },
  UserNotFound: {
    cause: 'The User is not there, or does not allow objects of this namespace.',
    mend: 'Correct the reference, or annotate the User with `s3.kubewright.dev/allow-from`.',
  },
  IAMPolicyNotFound: {
    cause: 'The IAMPolicy is not there, or does not allow objects of this namespace.',
    mend: 'Correct the reference, or annotate the IAMPolicy with `s3.kubewright.dev/allow-from`.',
  },
  SecretNotFound: {
    cause: 'A Secret that is referred to is not there, or does not allow objects of this namespace.',
    mend: 'Make it, or annotate it with `s3.kubewright.dev/allow-from`.',
  },
  ProviderNotReady: {
    cause: 'The Provider that is referred to is not ready.',
    mend: 'See its own conditions: `kubectl describe providers.s3.kubewright.dev NAME`.',
  },
  BucketNotReady: { cause: 'The Bucket that is referred to is not on the server yet.' },
  UserNotReady: { cause: 'The User that is referred to, or that a policy names, is not on the server yet.' },
  PolicyNotReady: { cause: 'An IAMPolicy that is referred to is not on the server yet.' },
  PrincipalNotVisible: {
    cause: 'The server does not know yet a user that was made a moment ago and that the policy names. It is tried again.',
  },
  NotAllowed: {
    cause: 'The constraints of the Provider do not allow this name or this policy in this namespace.',
    mend: 'Change the name or the policy, or have the owner of the Provider allow it (`nameConstraints`, `policyConstraints`).',
  },
  InUse: { cause: 'It is being deleted, and others refer to it.', mend: 'Delete those that the message names first.' },
} as const satisfies Readonly<Record<string, Explanation>>

const providers = {
  AuthValid: { cause: 'The server accepts the credentials.' },
  AuthInvalid: {
    cause: 'The credentials cannot be had as `spec.auth` describes them, or the server refuses them.',
    mend: 'Correct the Secret, file or variable that the message names.',
  },
  EndpointReachable: { cause: 'The server answers.' },
  EndpointUnreachable: {
    cause: 'The server does not answer.',
    mend: 'Check `spec.endpoint`, DNS, network policies and the CA (`spec.tls`).',
  },
  EndpointNotAllowed: {
    cause: 'The operator may not talk to this endpoint, so that nobody makes it call addresses of the cluster.',
    mend: 'Have the one who runs the operator allow it with `--s3-allowed-endpoints`.',
  },
  CredentialsNotAllowed: {
    cause: 'Providers of this namespace may take credentials from Secrets only.',
    mend: 'Use a Secret, or have the namespace named in `--s3-ambient-credentials-namespaces`.',
  },
  TestBucketMissing: {
    cause: 'The bucket that the credentials are tried on is not there.',
    mend: 'Correct `spec.testBucket`, or leave it out.',
  },
  NotTested: { cause: 'Whether the credentials are good could not be found out.', mend: 'The message says why.' },
  IdentityChanged: {
    cause: 'The credentials are of another account than before. Nothing is written, as all buckets would seem to have vanished.',
    mend: 'Correct the credentials, or make another Provider for the other account.',
  },
  Advice: { cause: 'Something works and could be safer; the message says what.', mend: 'Follow it, or leave it.' },
} as const satisfies Readonly<Record<string, Explanation>>

const policies = {
  PolicyInvalid: {
    cause: 'The policy document cannot be one, has placeholders where there are none, or would lock everybody out.',
    mend: 'Correct the statement that the message names.',
  },
  BlockedByPublicAccessBlock: {
    cause: 'The policy is public, and the block of public access of the bucket or the account refuses such.',
    mend: 'Make the policy less open, or set `publicAccess.blockPublicPolicy` of the Bucket to false.',
  },
  PolicyVanished: {
    cause: 'The policy was on the server and is gone.',
    mend: 'Find out who deleted it; `onMissing: Recreate` makes it again.',
  },
  PolicyCreated: { cause: 'The policy was made on the server.' },
  PolicyApplied: { cause: 'The policy on the server was set to what the spec says.' },
  PolicyDeleted: { cause: 'The policy was deleted on the server.' },
} as const satisfies Readonly<Record<string, Explanation>>

const users = {
  UserVanished: {
    cause: 'The user was on the server and is gone.',
    mend: 'Find out who deleted it; `onMissing: Recreate` makes it again, with new keys.',
  },
  UserReplaced: { cause: 'The user of this name is another one than before. It is left alone.', mend: 'Delete the one or the other.' },
  UserRenamed: { cause: 'The user has another name on the server now.', mend: 'Give it its name back, or make another User.' },
  UserCreated: { cause: 'The user was made on the server.' },
  UserAdopted: { cause: 'A user that was there was taken over, as `adoptionPolicy: Always` says.' },
  UserDeleted: { cause: 'The user was deleted on the server.' },
  ForeignKeys: {
    cause: 'The user has access keys that are not of an AccessKey.',
    mend: 'Remove them, or set `foreignKeysOnDelete: Delete` on the User that is to be deleted.',
  },
} as const satisfies Readonly<Record<string, Explanation>>

const buckets = {
  AccessDenied: {
    cause: 'The bucket is there and may not be looked at or configured with these credentials; it may be somebody else’s.',
    mend: 'Allow the action that the message names, or choose another name.',
  },
  ConfigurationFailed: {
    cause: 'A setting of the bucket could not be made; the others were.',
    mend: 'The message has the words of the server.',
  },
  WrongRegion: { cause: 'The bucket is in another region than its Provider.', mend: 'Use a Provider of that region.' },
  NameTaken: { cause: 'The name is taken by somebody else on this server.', mend: 'Choose another name: they are shared by all accounts.' },
  BucketVanished: {
    cause: 'The bucket was on the server and is gone; it may have been renamed with its data.',
    mend: 'Look for it first. `onMissing: Recreate` puts an empty one in its place.',
  },
  BucketNotEmpty: {
    cause: 'The bucket is to be deleted, and has objects or versions.',
    mend: 'Empty it, or set `forceDelete`, or `deletionPolicy: Retain`.',
  },
  ObjectsLocked: {
    cause: 'The bucket is being emptied, and objects in it are under a lock or a legal hold.',
    mend: 'Wait until the locks run out, or set `deletionPolicy: Retain`.',
  },
  DeletionProtected: { cause: 'The bucket is protected from deletion.', mend: 'Set `deletionProtection` to false to delete it.' },
  Emptying: { cause: 'The bucket is being emptied, then deleted; `status.emptying` counts.' },
  BucketCreated: { cause: 'The bucket was made on the server.' },
  BucketAdopted: { cause: 'A bucket that was there was taken over, as `adoptionPolicy` says.' },
  BucketRetained: { cause: 'The Bucket was deleted, and the bucket stays on the server with its data.' },
  BucketDeleted: { cause: 'The bucket was deleted on the server.' },
} as const satisfies Readonly<Record<string, Explanation>>

const keys = {
  Inactive: { cause: 'The key is inactive, as its spec says.' },
  Settling: { cause: 'The creation of a key was interrupted; before another is made it is looked whether it has come to something.' },
  NotYetVisible: { cause: 'The server does not list a new key yet. It is asked again.' },
  RecentlyRotated: {
    cause: 'The Secret is gone or was changed, and a key was made a moment ago: another one is made in ten minutes at the earliest.',
    mend: 'Find out who deletes or changes the Secret.',
  },
  SlotTaken: { cause: 'The key of before may still be in use, and a user has two keys at most. It is rotated when that one is retired.' },
  SecretConflict: {
    cause: 'A Secret of this name was not made for this object, or has keys that `secretTemplate` does not name.',
    mend: 'Remove it, choose another name in `secretTemplate.name`, or take it over with `adoptionPolicy: Always`.',
  },
  KeyLimitReached: {
    cause: 'The user has two keys, which is all that a server allows.',
    mend: 'Remove one of those that the message names.',
  },
  UnknownKeys: {
    cause: 'It cannot be told whose some keys of the user are, so none is made or deleted.',
    mend: 'Remove those of the message that nobody needs.',
  },
  ScheduleInvalid: { cause: '`spec.rotate` cannot be read.', mend: 'Correct it as the message says.' },
  AccessKeyCreated: { cause: 'The first key was made, and is in the Secret.' },
  AccessKeyRotated: { cause: 'A new key is in the Secret; the one before works until it is retired.' },
  AccessKeyAdopted: { cause: 'A Secret with a key that works was taken over.' },
  AccessKeyActivated: { cause: 'A key was made active.' },
  AccessKeyDeactivated: { cause: 'A key was made inactive.' },
  AccessKeyDeleted: { cause: 'A key was deleted on the server; the note says why.' },
  Working: { cause: 'One step is done, and the next follows at once.' },
} as const satisfies Readonly<Record<string, Explanation>>

/** What the reasons in conditions and events mean. */
export const reasons = {
  ...failures,
  ...references,
  ...providers,
  ...policies,
  ...users,
  ...buckets,
  ...keys,
  Ready: { cause: 'It is on the server as the spec says.' },
  Synced: { cause: 'The last pass went through.' },
  Creating: { cause: 'It is about to be made: what is to be made is written down first.' },
  Deleted: { cause: 'It is deleted, or left as the spec says.' },
  AlreadyExists: {
    cause: 'Something of this name is on the server and was not made for this object. It is left alone.',
    mend: 'Choose another name, or take it over with `adoptionPolicy: Always`.',
  },
  InSync: { cause: 'The server has what the spec says.' },
  Differs: {
    cause: 'Somebody else has changed something on the server, which is left as `driftPolicy` says.',
    mend: 'Change the spec or the server, or let it be corrected.',
  },
  Drifted: { cause: 'The policy on the server is another one, which is left as `driftPolicy` says.', mend: 'Change the one or the other.' },
  DriftDetected: { cause: 'Somebody else has changed something on the server; the note says what.', mend: 'Find out who does.' },
  None: { cause: 'There is nothing of what the condition is about.' },
  Orphaned: {
    cause: 'The object was let go by force, and something is left behind on the server.',
    mend: 'Delete by hand what the note names.',
  },
} as const satisfies Readonly<Record<string, Explanation>>

export type Reason = keyof typeof reasons
