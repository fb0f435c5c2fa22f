import type { ManifestImporter } from 'kubewright'
import { annotationImporter } from './annotations.ts'
import { janitorImporter } from './kube-janitor.ts'
import { kyvernoImporter } from './kyverno.ts'
import { zenImporter } from './zen-gc.ts'

/** All that policies of ours can be made of. */
export const importers: readonly ManifestImporter[] = [zenImporter, kyvernoImporter, janitorImporter, annotationImporter]
