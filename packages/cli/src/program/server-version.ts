/** CEL rules in CRDs, which the kinds here are full of, are on by default since 1.25 and stable since 1.29; none older is tested. */
const OLDEST_MINOR = 29

/** What is wrong with the version of an API server, and how to mend it; `undefined` for one that will do, or that does not say. */
export function tooOld(gitVersion: string): { readonly problem: string; readonly mend: string } | undefined {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  if (major === undefined || Number(major) > 1 || Number(minor) >= OLDEST_MINOR) return undefined
  return {
    problem: `Kubernetes ${gitVersion} is older than 1.${OLDEST_MINOR}, the oldest that operators are tested on: rules in CRDs may not be checked`,
    mend: `upgrade the cluster to 1.${OLDEST_MINOR} or later`,
  }
}
