/** What a person does next, in the folder of the script. */
export type Step =
  /** A command as it is typed; `$NAMESPACE` stands for the namespace, here and in files. */
  | string
  /** The same with something on its standard input, with an editor (`EDITOR`), or with what is to be left out of its answer. */
  | { readonly run: string; readonly input?: string; readonly editor?: string; readonly hide?: RegExp }
  /** Run again and again until its output has the text: what somebody behind the API has yet to do. */
  | { readonly run: string; readonly until: string }
  /** A file, written anew. */
  | { readonly file: string; readonly holds: string | object | readonly object[] }
  /** Left running until its output has `shows`, during the other commands, and until it has `ends`; then it is ended. */
  | { readonly watch: string; readonly shows: string; readonly during: readonly string[]; readonly ends: string }

/** Steps in their order, in a folder and a namespace of their own, called like the script. */
export interface Script {
  readonly name: string
  readonly steps: readonly Step[]
}

/** What a rollout says while it is under way: how often, and at which numbers, is the machine's affair. */
export const WAITING = /^(?:Waiting for|waiting for|statefulset rolling).*\n/gm
