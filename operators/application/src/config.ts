import { z } from 'kubewright'

/** Registries that many images come from. Who wants a real fence names his own. */
const USUAL_REGISTRIES = ['docker.io', 'gcr.io', 'ghcr.io', 'quay.io', 'registry.k8s.io', 'public.ecr.aws', 'mcr.microsoft.com']

/** Those that the showcase denied. */
const BARE_IMAGES = ['ubuntu', 'debian', 'alpine']

const registry = z
  .string()
  .regex(
    /^(\*|(\*\.)?[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]+)?(\/[a-z0-9._/-]+)?)$/,
    'must be registries, like ghcr.io, ghcr.io/acme, *.example.dev, or *',
  )

/** The operator's own settings: flags `--application-…`. */
export const config = z.object({
  workers: z.int().min(1).max(1_000).default(8).meta({ description: 'applications worked on at one time', placeholder: 'N' }),
  allowedRegistries: z.array(registry).min(1).default(USUAL_REGISTRIES).meta({
    description: 'registries whose images may be used, REGISTRY[/PATH], *.DOMAIN or * for all; repeatable, or with commas',
    placeholder: 'REGISTRY',
  }),
  deniedImages: z.array(z.string().min(1)).default(BARE_IMAGES).meta({
    description: 'images that may not be used though their registry is allowed; repeatable, or with commas',
    placeholder: 'IMAGE',
  }),
  allowLatestTag: z.boolean().default(false).meta({ description: 'images may have the tag "latest", or none' }),
  allowPrivileged: z
    .boolean()
    .default(false)
    .meta({ description: 'containers may be privileged, gain privileges, add capabilities and go without seccomp' }),
})
