import manifest from '../package.json' with { type: 'json' }

/** `kubewright/0.1.0 (linux/x64)` */
export const DEFAULT_USER_AGENT = `kubewright/${manifest.version} (${process.platform}/${process.arch})`
