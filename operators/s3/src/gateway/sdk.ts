export interface Sdk {
  readonly s3: typeof import('@aws-sdk/client-s3')
  readonly iam: typeof import('@aws-sdk/client-iam')
  readonly sts: typeof import('@aws-sdk/client-sts')
}

/** Loaded with the first provider: 30 MB of heap that an operator without one does not need. Later calls get the same. */
export async function loadSdk(): Promise<Sdk> {
  const [s3, iam, sts] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/client-iam'), import('@aws-sdk/client-sts')])
  return { s3, iam, sts }
}
