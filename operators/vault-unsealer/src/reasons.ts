import type { Explanation } from 'kubewright'
import type { SourceFailure } from './keys/source.ts'
import type { StandingReason } from './machine/model.ts'

/** Of single nodes; the condition Ready has the worst of them. */
const standings = {
  NotCheckedYet: { cause: 'The node has not been asked yet how it stands.' },
  Unsealed: { cause: 'The node is open.' },
  Submitting: { cause: 'Key shares are being submitted to the node.' },
  Opening: { cause: 'The last share was taken, and the node is opening.' },
  Uninitialized: {
    cause: 'The Vault is not initialised: it has no keys yet.',
    mend: 'Run `vault operator init` and put the shares where the spec says (`unsealKeysSecretRefs`, `unsealKeysFiles`, `unsealKeysVault`), or have it done with `spec.initialize`.',
  },
  InitializationFailed: {
    cause: 'The initialisation that `spec.initialize` asks for failed, or could not begin.',
    mend: 'Mend what the message names. KeySharesLost in the events means that Vault may be initialised and nobody has its shares.',
  },
  WaitingForRaftJoin: {
    cause: 'The node is without data, and is to join the cluster of the others.',
    mend: 'When it lasts, look at the log of the node: its `retry_join`, the certificate and the address of the leader.',
  },
  WaitingForProof: {
    cause:
      'The node has never been a member. Wrong shares would wedge it for good, so it waits until the same shares have opened another node.',
    mend: 'Open one of the others. `spec.raft.unprovenShares: Send` goes without the proof.',
  },
  WaitingForLeader: {
    cause: 'The node is to join its cluster, of which no other node is open yet.',
    mend: 'Wait until one is, or look at why none opens.',
  },
  RemovedFromCluster: {
    cause: 'The node was removed from its Raft cluster, and no share opens it.',
    mend: 'Empty its data directory and let it join again, or delete it.',
  },
  MigrationPending: {
    cause: 'The node is about to change its seal, which submitted shares would agree to.',
    mend: 'Set `spec.migrate` to true to agree.',
  },
  AutoSeal: {
    cause: 'The seal of the node is a key service, which opens it by itself; shares do not.',
    mend: 'Check the key service and the rights of the node to it.',
  },
  InsufficientKeys: {
    cause: 'There are fewer distinct key shares than the node needs: it stays sealed, or will as soon as it is sealed.',
    mend: 'Put more shares into the Secrets, files or paths that the spec names.',
  },
  ForeignProgress: {
    cause: 'The node holds shares that somebody else has submitted.',
    mend: 'Let them finish. `spec.onForeignProgress` says what happens when they do not: Wait, Reset or Join.',
  },
  KeysRejected: {
    cause: 'No combination of the shares opens the node: they are of another cluster, or of before a rekey. Nothing more is sent.',
    mend: 'Put the right shares into the sources; a change of the shares or of the pod begins anew.',
  },
  AttemptFailed: { cause: 'A combination of shares did not open the node. The next one is tried after a pause.' },
  TooManyAttempts: {
    cause: 'As many attempts as `spec.maxAttemptsPerHour` allows did not open the node.',
    mend: 'Wait for the next hour, or correct the shares: a change of them begins anew.',
  },
  NotVerified: {
    cause:
      'Right before sending it turned out that the node is not the one that was looked at, or that its transport is not verified. Nothing was sent.',
    mend: 'It is looked at again. As the reason of TransportInsecure: use TLS with a CA (`spec.vault`), so that no stranger gets the shares.',
  },
  Unreachable: {
    cause: 'There is no connection to the node.',
    mend: 'Check that its container runs, the port of `spec.vault.url`, and network policies.',
  },
  Busy: { cause: 'The node did not answer in time. Nothing is sent until it does.' },
  NodeWedged: {
    cause: 'The node has answered nothing for two minutes.',
    mend: 'Restart it: `kubectl delete pod NAME`.',
  },
  TLSFailure: {
    cause: 'TLS to the node failed, so nothing was sent. The message names what is wrong with the certificate.',
    mend: 'Check `spec.vault.caBundleSecretRef`, `spec.vault.tlsServerName`, and the certificate of the node.',
  },
  NotVault: {
    cause: 'What answers at the address is no Vault, so nothing was sent.',
    mend: 'Check the URL; a proxy or a service mesh may answer in place of the node.',
  },
  VaultError: { cause: 'The node answered with a failure.', mend: 'See its log.' },
  Paused: {
    cause: 'Unsealing is paused, for the pod or for the whole VaultUnsealer.',
    mend: 'Take the annotation away, or set `spec.paused` to false.',
  },
  DryRun: { cause: 'The mode is a dry run: what would be sent is told, and nothing is sent.', mend: 'Set `spec.dryRun` to false.' },
  OutsideWindow: {
    cause: 'It is outside of the times in which shares may be submitted.',
    mend: 'Wait for the next window, or change `spec.windows` and `spec.freezes`.',
  },
  KeysMissing: {
    cause: 'No key share could be loaded.',
    mend: 'The condition KeysMissing says what is wrong with each source.',
  },
  ClusterMismatch: {
    cause: 'An open node is of another Vault cluster than `spec.clusterID`, or than the one that was seen before: nothing is sent.',
    mend: 'Correct the selector, so that there is one VaultUnsealer for each cluster, or `spec.clusterID`.',
  },
  OneAtATime: { cause: 'Another node goes first, as `spec.mode.ha` is false.' },
} as const satisfies Readonly<Record<StandingReason, Explanation>>

/** Why a source of shares gave none: reasons of the condition KeysMissing. */
const sources = {
  SecretMissing: {
    cause: 'The Secret with the shares is not there.',
    mend: 'Make it, or correct its name in `spec.unsealKeysSecretRefs`.',
  },
  EntryMissing: { cause: 'The Secret, file or path has no such entry.', mend: 'Correct its name in the spec, or add the entry.' },
  Malformed: {
    cause: 'What is there is no key share: a share is hexadecimal or base64, and may be encrypted with age.',
    mend: 'Put in what `vault operator init` printed.',
  },
  Forbidden: {
    cause: 'The operator may not read the source.',
    mend: 'Give it the right that the message names, or take the source out.',
  },
  NotGranted: {
    cause: 'The source is another’s, and no VaultUnsealerGrant allows to use it.',
    mend: 'Have the one who owns it make a VaultUnsealerGrant.',
  },
  Unavailable: { cause: 'The source does not answer at the moment. It is read again.' },
} as const satisfies Readonly<Record<SourceFailure, Explanation>>

/** What the reasons in conditions, in the status of pods and in events mean. */
export const reasons = {
  ...standings,
  ...sources,
  ReconcileSuccess: { cause: 'All nodes are open.' },
  InvalidSpec: { cause: 'The spec cannot work as it is written.', mend: 'Correct what the message names.' },
  NotAllowed: {
    cause:
      'Nodes of another namespace are not granted to this VaultUnsealer, or an address is not one that the operator may call. Nothing is called.',
    mend: 'Have the other namespace make a VaultUnsealerGrant with `pods: true`, or the address named in `--vault-unsealer-allowed-hosts`.',
  },
  TLSConfigInvalid: {
    cause: 'The CA, the client certificate or its key of `spec.vault` cannot be had; nothing is called without it.',
    mend: 'Correct the Secret that the message names.',
  },
  UnsealFailed: {
    cause: 'Several nodes are not open, for reasons that differ. As an event: a combination of shares did not open the node.',
    mend: 'The message, and `status.pods`, say it for each node.',
  },
  KeysLoaded: { cause: 'As many distinct shares are held as the nodes need.' },
  AllNodesAnswer: { cause: 'Every node answers.' },
  VaultAPIError: { cause: 'Several nodes do not answer as they should.', mend: 'The message says it for each node.' },
  PodsFound: { cause: 'The selector finds pods, and all can be asked.' },
  PodNotReady: {
    cause: 'The selector finds no pod, or a pod that has no address yet.',
    mend: 'Check the selector and the namespace; `kubectl get pods -o wide` shows the addresses.',
  },
  NotRejected: { cause: 'No node has refused the shares.' },
  Conflict: {
    cause: 'All nodes are looked after by older VaultUnsealers.',
    mend: 'Delete one of the two, or let their selectors not overlap.',
  },
  SelectedTwice: {
    cause: 'A node is selected by two VaultUnsealers; the older one has it.',
    mend: 'Let their selectors not overlap.',
  },
  NoConflict: { cause: 'No node is selected by another VaultUnsealer.' },
  Verified: { cause: 'Nodes are only talked to over TLS that is verified, or on this machine.' },
  Sealed: { cause: 'The node was found sealed.' },
  ShareSubmitted: { cause: 'A key share was submitted; the number and the fingerprint are told, never the share.' },
  ShareRejected: {
    cause: 'A combination of shares does not open the node; this was the last of it.',
    mend: 'Look for a share of another cluster when it happens again.',
  },
  UnsealSuccess: {
    cause: 'The node was opened with the shares that are named.',
    mend: 'Take out shares that are told to be of another cluster.',
  },
  ProgressReset: { cause: 'Shares that others had submitted were dropped, as `spec.onForeignProgress` says.' },
  Initialized: { cause: 'Vault was initialised, and its shares are kept as `spec.initialize` says.' },
  KeySharesLost: {
    cause: 'Vault may have been initialised, and its shares could not be kept: nobody has them.',
    mend: 'If there is no data yet, empty the storage of the nodes, and let it be initialised again.',
  },
  RaftJoined: { cause: 'The node was told to join the cluster of the others.' },
  RaftJoinFailed: { cause: 'The node could not join the cluster of the others.', mend: 'See the log of the node.' },
  RootTokenKept: { cause: 'The root token of the initialisation is kept beside the shares until a node is open.' },
  RootTokenRevoked: { cause: 'The root token of the initialisation was revoked.' },
  RootTokenNotRevoked: {
    cause: 'The root token of the initialisation could not be revoked yet; it is tried again.',
    mend: 'Mend what the note names, or revoke it by hand (`vault token revoke`).',
  },
} as const satisfies Readonly<Record<string, Explanation>>

export type Reason = keyof typeof reasons
