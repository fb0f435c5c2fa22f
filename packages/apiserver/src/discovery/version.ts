/** What this server is compatible with: the version that it is compared with, request by request. */
export const KUBERNETES_VERSION = 'v1.36.3'

const KUBERNETES = { major: '1', minor: '36', gitVersion: `${KUBERNETES_VERSION}+kubewright` }

export function versionInfo(): typeof KUBERNETES & Readonly<Record<string, string>> {
  return {
    ...KUBERNETES,
    emulationMajor: KUBERNETES.major,
    emulationMinor: KUBERNETES.minor,
    minCompatibilityMajor: KUBERNETES.major,
    minCompatibilityMinor: '35',
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node${process.versions.node}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch}`,
  }
}
