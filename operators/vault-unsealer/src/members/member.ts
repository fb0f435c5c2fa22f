/** A node of a Vault, as far as the cluster knows it. */
export interface Member {
  /** Names it among all members of all unsealers: the pod's uid, or the address. */
  readonly id: string
  /** Of the pod; of a node outside of the cluster its address. Stays when the pod is replaced. */
  readonly name: string
  readonly pod: PodIdentity | undefined
  /** IP address to connect to, of a pod; of a node outside of the cluster its host. */
  readonly host: string
  readonly port: number
  /** What its certificate has to be for. */
  readonly serverName: string
  /** Somebody has put his hand on the pod: nothing is submitted. */
  readonly paused: boolean
  /** Another text: something about it has changed, and it is worth a look. */
  readonly signature: string
  /** Another text: the node may have been restarted, sealed or opened. */
  readonly news: string
}

export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly ip: string
}

/** What an event says of a pod that is looked after. */
export interface PodNews extends Pick<Member, 'id' | 'paused' | 'news'> {
  readonly ip: string | undefined
}

/** Why a pod that is selected is not a member (yet). */
export interface Absentee {
  readonly name: string
  readonly why: string
}

export interface Discovery {
  readonly members: readonly Member[]
  readonly absentees: readonly Absentee[]
}

/** Vault's own label on its pods, by its service registration for Kubernetes. */
export const SEALED_LABEL = 'vault-sealed'
/** On a pod: nothing is submitted to it while it is "true". */
export const PAUSED_POD_ANNOTATION = 'autounseal.vault.io/paused'
