/** What every object has that comes from a server. */
export interface Stored {
  readonly metadata: { readonly name: string; readonly uid: string }
}
