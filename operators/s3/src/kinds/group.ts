/** The API group of the six kinds. */
export const GROUP = 's3.kubewright.dev'
export const VERSION = 'v1alpha1'

/** On an object that others refer to: the namespaces whose objects may, with commas between them, or `*`. */
export const ALLOW_FROM = `${GROUP}/allow-from`

/** On an AccessKey: any new value is one rotation. */
export const ROTATE = `${GROUP}/rotate`

/** On an object whose deletion waits: `"true"` lets it go, and what it stands for stays behind on the server. */
export const FORCE_ORPHAN = `${GROUP}/force-orphan`
