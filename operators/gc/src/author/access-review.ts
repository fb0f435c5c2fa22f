import type { Client } from 'kubewright'
import type { Author } from './author.ts'

/** A right on a resource; `namespace` absent: everywhere, or on objects of no namespace. */
export interface Right {
  readonly verb: 'create' | 'delete' | 'list'
  readonly group: string
  readonly resource: string
  readonly namespace: string | undefined
}

interface Review {
  readonly status?: { readonly allowed?: boolean }
}

/** Whether the API server's authorizers would let them. @throws ApiError, ConnectionError */
export async function mayDo(client: Client, { user, uid, groups, extra }: Author, right: Right, signal: AbortSignal): Promise<boolean> {
  const { verb, group, resource, namespace } = right
  const resourceAttributes = { verb, group, resource, ...(namespace !== undefined && { namespace }) }
  const review = await client.request<Review>('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, ...(uid !== undefined && { uid }), groups, extra, resourceAttributes },
    },
    signal,
  })
  return review.status?.allowed === true
}
