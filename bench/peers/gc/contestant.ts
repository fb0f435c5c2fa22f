/** Where a contestant works: a namespace of its own on a server that all of them share, with the rights of a cluster administrator. */
export interface Site {
  readonly namespace: string
  /** With the token of the contestant's own ServiceAccount: the audit log tells by it who asked. */
  readonly kubeconfig: string
  /** An empty folder for whatever else its program needs. */
  readonly folder: string
}

/** How its program is started. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** `full`: as fast as its settings allow. `usual`: as it is installed. */
export type Pace = 'full' | 'usual'

/** A program that deletes what is past its time. The objects are ConfigMaps; those to go have the label `role: due`. */
export interface Contestant {
  readonly name: string
  /** It looks again every so many seconds as it is installed: what falls due waits for that. @default it does not poll */
  readonly looksEvery?: number
  /** What it deletes is named once: it does not wait for the time of each object, and has no lateness. @default false */
  readonly once?: boolean
  /** Fetches and builds its program. @throws Error that says what could not be had */
  prepare?(): void
  /** What has to be served before it starts, after `prepare`. */
  crds?(): readonly object[]
  /** What makes one object go that many seconds after its creation. */
  annotations?(seconds: number): Readonly<Record<string, string>>
  /** What makes all of them go that many seconds after their creation; there while the program runs. */
  policy?(namespace: string, seconds: number, pace: Pace): { readonly path: string; readonly body: object }
  launch(site: Site, pace: Pace): Launch
}
