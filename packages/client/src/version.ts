import manifest from '../package.json' with { type: 'json' }

export const VERSION = manifest.version

/** `kubewright/0.1.0 (linux/x64)` */
export const DEFAULT_USER_AGENT = `kubewright/${VERSION} (${process.platform}/${process.arch})`
