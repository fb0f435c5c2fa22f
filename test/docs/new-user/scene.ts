import type { Site } from './site.ts'

/** What a new user does wrong, and the commands that show it. */
export interface Scene {
  readonly title: string
  readonly story: string
  /** Makes the mistake, where it is none of the command line. */
  readonly prepare?: (site: Site) => Promise<void>
  readonly commands: readonly Line[]
}

/** A command, as it is typed into a shell: without quotes, with names of the site's files, and `PORT_IN_USE` for a port that another program has. */
export type Line =
  | string
  | {
      readonly line: string
      /** For a program that goes on: the line that is waited for, after which it is stopped. */
      readonly until?: RegExp
      /** What is printed besides, and not what the scene is about: told as `…`. */
      readonly leaveOut?: RegExp
    }
