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
  /** An http, https, socks5 or socks5h proxy. @default none: the environment's proxy variables are for kubeconfigs and Pods */
  readonly proxyUrl?: string
  /** @default 'default' */
  readonly namespace?: string
}

/** One attempt of one request, for metrics: what client-go's `rest_client_*` families are made of. */
export interface RequestObservation {
  readonly method: string
  readonly host: string
  /** The HTTP status, or `<error>` when no answer came: the label that client-go gives. */
  readonly code: string
  /** From the sending to the last byte of the answer; of a watch, to the head of its answer. */
  readonly seconds: number
  /** get, list, watch, create, update, patch, delete, deletecollection, or the method in lower case for anything else. */
  readonly verb: string
  /** 1 for the first attempt of a request; from 2 on it is a retry. */
  readonly attempt?: number
  /** Bytes of the body that was sent; 0 without one. */
  readonly requestBytes?: number
  /** Bytes of the body that came. Absent when no answer came, and for answers that are streamed. */
  readonly responseBytes?: number
  /**
   * How long a lookup of the host's name took (the proxy's, when there is one). Connections are dialled by a pool and serve many requests: a
   * lookup is told once, with one of the attempts that waited for it or came soon after. Absent when none was made.
   */
  readonly dnsSeconds?: number
  /** How long the limit of `qps` held it back; 0 when it did not. Absent when there is no limit, and for watches, which are not limited. */
  readonly rateLimiterSeconds?: number
}

/** How a client talks to the API server, whichever that is. */
export interface ClientOptions {
  /** @default `kubewright/VERSION (os/arch)` */
  readonly userAgent?: string
  /** Who changes, for managedFields; server-side apply needs it to be the same in every release of a program. @default 'kubewright' */
  readonly fieldManager?: string
  /** Connections for requests other than watches and lists that are read item by item. @default 32: more gains nothing on one CPU, and the server's fairness queues start to matter */
  readonly connections?: number
  /** Milliseconds for one attempt, first byte sent to last byte received. @default 30 s */
  readonly timeout?: number
  /**
   * Whether lists may come packed with gzip, which kube-apiserver does from 128 KiB on. @default true: a list is a tenth of its size then, and
   * even from the next machine it takes less time and CPU here, as most of both goes to TLS and HTTP chunks; unless the kubeconfig's cluster says
   * `disable-compression`. Watches are never packed.
   */
  readonly compression?: boolean
  /**
   * Requests a second that this client allows itself on average, watches aside. @default no limit: the server's priority and fairness knows how
   * busy it is, a number written down here does not. Set it for a server that has none.
   */
  readonly qps?: number
  /** Requests that may come at once before `qps` holds the rest back. Needs `qps`. @default twice `qps`, and no less than 1: client-go has 10 for 5 */
  readonly burst?: number
  readonly observe?: (observation: RequestObservation) => void
  /** Lines for a person: what the server says in `Warning` headers (deprecated APIs, unknown fields), and that a connection is not encrypted. */
  readonly onWarning?: (text: string) => void
  /**
   * Hears each secret with which requests prove who they are, before the first of them is sent: bearer tokens, passwords, client keys; also those that a plugin
   * or a mounted file brings later. For a log that must not show them: `onCredential: (secret) => void log.secrets.add(secret)`.
   */
  readonly onCredential?: (secret: string) => void
  readonly clock?: Clock
  /** 0 up to 1, for jitter. @default Math.random */
  readonly random?: () => number
}

/** Which cluster to connect to, and how to talk to it. */
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
