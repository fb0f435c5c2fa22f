import { freePorts, LOOPBACK } from '../../process/free-port.ts'
import { at, type RealS3, Site } from './real-s3.ts'

const ALL = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })

/** moto's server, with signatures and the policies of users checked. */
export async function startMoto(executable: string): Promise<RealS3> {
  const [port = 0] = await freePorts(1)
  const address = at(port)
  const site = new Site('moto')
  return site.serve(async () => {
    await site.run('moto', executable, ['-H', LOOPBACK, '-p', String(port)], `${address}/moto-api/`)
    const unchecked = 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x'
    const iam = async (parameters: Readonly<Record<string, string>>) => {
      const body = new URLSearchParams({ Version: '2010-05-08', ...parameters })
      return (await fetch(address, { method: 'POST', headers: { authorization: unchecked }, body })).text()
    }
    await iam({ Action: 'CreateUser', UserName: 'admin' })
    await iam({ Action: 'PutUserPolicy', UserName: 'admin', PolicyName: 'all', PolicyDocument: ALL })
    const key = await iam({ Action: 'CreateAccessKey', UserName: 'admin' })
    const field = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(key)?.[1] ?? ''
    // From now on signatures and policies are checked. To the content type of a form it answers 500.
    await fetch(`${address}/moto-api/reset-auth`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '0' })
    return { address, iamAddress: address, credentials: { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') } }
  })
}
