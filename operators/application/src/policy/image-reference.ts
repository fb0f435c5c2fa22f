/** Where an image comes from, in full: `nginx:1.29` is tag `1.29` of `library/nginx` at `docker.io`. */
export interface ImageReference {
  readonly registry: string
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const DEFAULT_REGISTRY = 'docker.io'
const COMPONENT = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/
const REGISTRY =
  /^(localhost|[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[a-z0-9]+([.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/

/** As container runtimes read it (the grammar of github.com/distribution/reference); `undefined` for what is no reference. */
export function parseImage(text: string): ImageReference | undefined {
  const [beforeDigest, digest, ...more] = text.split('@')
  if (beforeDigest === undefined || more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined
  const { path, tag } = splitTag(beforeDigest)
  if (tag !== undefined && !TAG.test(tag)) return undefined
  const { registry, repository } = splitRegistry(path)
  if (!REGISTRY.test(registry) || !repository.split('/').every((component) => COMPONENT.test(component))) return undefined
  return { registry: registry === 'index.docker.io' ? DEFAULT_REGISTRY : registry, repository, tag, digest }
}

/** A colon before a slash is that of a registry's port. */
function splitTag(text: string): { readonly path: string; readonly tag: string | undefined } {
  const colon = text.lastIndexOf(':')
  return colon > text.lastIndexOf('/') ? { path: text.slice(0, colon), tag: text.slice(colon + 1) } : { path: text, tag: undefined }
}

function splitRegistry(path: string): { readonly registry: string; readonly repository: string } {
  const slash = path.indexOf('/')
  const first = path.slice(0, Math.max(slash, 0))
  const isRegistry = first === 'localhost' || /[.:A-Z]/.test(first)
  const [registry, repository] = isRegistry ? [first, path.slice(slash + 1)] : [DEFAULT_REGISTRY, path]
  const official = (registry === DEFAULT_REGISTRY || registry === 'index.docker.io') && !repository.includes('/')
  return { registry, repository: official ? `library/${repository}` : repository }
}
