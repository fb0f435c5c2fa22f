import { freePorts, LOOPBACK } from '../../process/free-port.ts'
import { at, type RealS3, Site } from './real-s3.ts'

const PORTS = [
  's3.port',
  's3.port.grpc',
  'master.port',
  'master.port.grpc',
  'volume.port',
  'volume.port.grpc',
  'filer.port',
  'filer.port.grpc',
  'admin.port',
  'admin.port.grpc',
]

/** SeaweedFS in its smallest form: S3, IAM and STS on one port, enforced. Every port is named: the unnamed ones are 10,000 higher, and may be taken. */
export async function startSeaweedfs(executable: string): Promise<RealS3> {
  const ports = await freePorts(PORTS.length)
  const address = at(ports[0]!)
  const site = new Site('seaweedfs')
  const credentials = { accessKeyId: 'AKIAADMIN', secretAccessKey: 'admin-secret' }
  return site.serve(async () => {
    const flags = [
      ...[`-ip=${LOOPBACK}`, `-ip.bind=${LOOPBACK}`, '-admin.ui=false', '-webdav=false', '-master.telemetry=false', '-metricsPort=0'],
      ...[
        '-s3.port.iceberg=0',
        '-s3.port.lance=0',
        '-s3.domainName=s3.localhost',
        '-s3.iam.readOnly=false',
        '-s3.allowDeleteBucketNotEmpty=false',
      ],
      ...['-s3.autoCreateBucket=false', ...PORTS.map((name, index) => `-${name}=${ports[index]}`)],
    ]
    // The administrator's key comes from the environment.
    const environment = `AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`
    const shell = ['-c', `${environment} exec "$0" "$@"`, executable, '-logtostderr', 'mini', `-dir=${site.makeFolder('data')}`, ...flags]
    await site.run('seaweedfs', '/bin/sh', shell, `${address}/`, 403)
    return { address, iamAddress: address, credentials }
  })
}
