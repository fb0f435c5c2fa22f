import type { Clock } from '@kubewright/core'
import type { AuditOptions } from '../audit/audit-log.ts'
import type { ServiceAccountOptions } from '../authn/service-account-tokens.ts'
import type { AuthorizationMode } from '../authz/authorizer.ts'
import type { ControllerSelection } from '../controllers/selection.ts'
import type { HistoryBounds } from '../storage/index.ts'

/** How an embedded API server listens, whom it lets in, and what it keeps. */
export interface ApiServerOptions {
  /** Address to listen on. @default '127.0.0.1': an admin's token must not be one network away by default */
  readonly host?: string
  /** @default 0: a free one */
  readonly port?: number
  /** The serving certificate and key, as PEM. @default one of a certificate authority of its own, for loopback and the usual in-cluster names */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  /** PEM. Client certificates of this authority are accepted beside those of the server's own: CN is the user, O the groups. */
  readonly clientCa?: string
  /** More bearer tokens, in kube-apiserver's CSV format: `token,user,uid,"group1,group2"`. */
  readonly tokenFile?: string
  /** Who decides what users may do: the first that allows. @default ['AlwaysAllow']: everyone who is known may do everything */
  readonly authorizationModes?: readonly AuthorizationMode[]
  /**
   * Requests without credentials are made by `system:anonymous`, who under RBAC may read the server's health and version.
   * @default true with RBAC, false without: anonymous users must not be able to do everything
   */
  readonly anonymous?: boolean
  /** Keys, issuer and audiences of ServiceAccount tokens. */
  readonly serviceAccounts?: ServiceAccountOptions
  /** Writes down who asked for what. @default nothing is written */
  readonly audit?: AuditOptions
  /** Milliseconds between bookmarks of a quiet watch. @default 60 s, as the real server; clients take 70 s of silence for a dead stream */
  readonly bookmarkInterval?: number
  /** How much history watches can resume from. @default 10,000 changes, and all of the last ten minutes */
  readonly history?: HistoryBounds
  /**
   * Who works behind the API. True: garbage collection by owner, namespaces that really go, default ServiceAccounts. False: nobody, as with a bare
   * kube-apiserver. A list as kube-controller-manager's flag has it: `['*']` is all, Deployments that roll out and Jobs that complete among them,
   * on nodes that are only played; `['*', '-job']` all but one.
   * @default true: in most tests a Deployment has to stay what it was told to be
   */
  readonly controllers?: ControllerSelection
  /**
   * A directory in which the objects, and the keys that kubeconfigs and tokens depend on, outlive the server; made when it is not there. A write is
   * on the disk before it is answered. Watches do not resume over a restart: clients list anew.
   * @default none: all is in memory
   */
  readonly dataDir?: string
  readonly clock?: Clock
  /** 0 up to 1. @default Math.random */
  readonly random?: () => number
  /** @default crypto.randomUUID */
  readonly uuid?: () => string
  /** A line about something that should not have happened. @default none */
  readonly log?: (line: string) => void
}

export const DEFAULT_HISTORY: HistoryBounds = { entries: 10_000, age: 600_000 }

export const DEFAULT_BOOKMARK_INTERVAL = 60_000

/** A watcher that has not taken this many bytes is cut off. */
export const LARGEST_BACKLOG = 8 * 1024 * 1024
