import { createHash } from 'node:crypto'
import { Fields } from './fields.ts'
import { parseKubeconfig } from './kubeconfig.ts'
import { Problems } from './problems.ts'

/** A context of a kubeconfig. */
export interface KubeconfigContext {
  readonly name: string
  /** Changes when the context, its cluster or its user does: what else the file holds, such as which context is the current one, does not count. */
  readonly print: string
}

/**
 * The contexts of a kubeconfig's text.
 * @param file its path, for messages
 * @throws ConfigurationError when the text is no kubeconfig
 */
export async function kubeconfigContexts(text: string, file: string): Promise<readonly KubeconfigContext[]> {
  const { contexts, clusters, users } = await parseKubeconfig(text, file)
  return [...contexts].map(([name, { raw }]) => {
    const context = new Fields(raw, file, new Problems())
    const cluster = clusters.get(context.text('cluster') ?? '')?.raw
    const user = users.get(context.text('user') ?? '')?.raw
    return {
      name,
      print: createHash('sha256')
        .update(JSON.stringify([raw, cluster, user]))
        .digest('base64'),
    }
  })
}
