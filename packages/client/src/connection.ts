import type { Clock } from '@kubewright/core'
import type { KubeconfigChoice } from './kubeconfig/selection.ts'

/** A server that the program knows by itself, without a kubeconfig. */
export interface ClusterConnection {
  /** `https://host:port` */
  readonly server: string
  /** The certificate authority: PEM, or the base64 of it as kubeconfigs have it. @default the machine's own roots */
  readonly caData?: string
  readonly token?: string
  /** Client certificate, like `caData`. */
  readonly certData?: string
  readonly keyData?: string
  readonly insecureSkipTlsVerify?: boolean
  /** Verify the server's certificate for this name instead of the host of `server`. */
  readonly tlsServerName?: string
  /** An http or https proxy. @default none: the environment's proxy variables are for kubeconfigs */
  readonly proxyUrl?: string
  /** @default 'default' */
  readonly namespace?: string
}

/** One attempt of one request, for metrics. */
export interface Observation {
  readonly method: string
  readonly host: string
  /** The HTTP status, or `<error>` when no answer came: the label that client-go gives. */
  readonly code: string
  readonly seconds: number
  /** get, list, watch, create, update, patch, delete, deletecollection, or the method in lower case for anything else. */
  readonly verb: string
}

export interface ClientOptions {
  /** @default `kubewright/VERSION (os/arch)` */
  readonly userAgent?: string
  /** Who changes, for managedFields; server-side apply needs it to be the same in every release of a program. @default 'kubewright' */
  readonly fieldManager?: string
  /** Connections for requests other than watches. @default 32: more gains nothing on one CPU, and the server's fairness queues start to matter */
  readonly connections?: number
  /** Milliseconds for one attempt, first byte sent to last byte received. @default 30 s */
  readonly timeout?: number
  readonly observe?: (observation: Observation) => void
  /** What the server says in `Warning` headers: deprecated APIs, unknown fields. */
  readonly onWarning?: (text: string) => void
  readonly clock?: Clock
  /** 0 up to 1, for jitter. @default Math.random */
  readonly random?: () => number
}

export interface ConnectOptions extends ClientOptions, KubeconfigChoice {
  /** A kubeconfig file, or a list of them as in the `KUBECONFIG` variable. @default see {@link connect} */
  readonly kubeconfig?: string
  /** The text of a kubeconfig instead of a file. Its relative paths are relative to the working directory. */
  readonly kubeconfigText?: string
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** @default the user's */
  readonly homeDirectory?: string
  /** Where a Pod finds its identity. @default /var/run/secrets/kubernetes.io/serviceaccount */
  readonly serviceAccountDirectory?: string
}
