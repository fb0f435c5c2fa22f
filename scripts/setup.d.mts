export const root: string
/** Platform → name, version and integrity of the registry's package. */
export const NODE_PACKAGES: Readonly<Record<string, readonly [string, string, string]>>
export function setup(options?: { readonly quiet?: boolean }): string
