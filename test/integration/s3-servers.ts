// Servers of S3 and IAM for tests: the in-process one, or a real one where the suite runs on real servers.
import { fakeS3, type RealS3, startVersitygw } from '@kubewright/testing'

/** Where the server is, and who may do everything there. */
export interface ServerUnderTest {
  readonly endpoint: string
  readonly iamEndpoint: string
  readonly accessKey: string
  readonly secretKey: string
}

export const isReal = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real'

export async function startServer(): Promise<ServerUnderTest & AsyncDisposable> {
  return asUnderTest(await (isReal ? startVersitygw() : fakeS3()))
}

export function asUnderTest(started: RealS3): ServerUnderTest & AsyncDisposable {
  return {
    endpoint: started.address,
    iamEndpoint: started.iamAddress,
    accessKey: started.credentials.accessKeyId,
    secretKey: started.credentials.secretAccessKey,
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  }
}
