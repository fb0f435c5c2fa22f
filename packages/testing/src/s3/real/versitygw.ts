import { join } from 'node:path'
import { findServers } from '../../process/executables.ts'
import { freePorts, LOOPBACK } from '../../process/free-port.ts'
import { at, type RealS3, Site } from './real-s3.ts'

/** Versity's gateway over a folder, with its service for users and keys beside it: both are enforced. @throws ConfigurationError when the executable is not there */
export async function startVersitygw(): Promise<RealS3> {
  const executable = join(findServers(['versitygw']), 'versitygw')
  const [port = 0, iamPort = 0] = await freePorts(2)
  const site = new Site('versitygw')
  const credentials = { accessKeyId: 'AKIAADMIN', secretAccessKey: 'admin-secret' }
  return site.serve(async () => {
    const root = ['--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, '--health', '/healthz']
    const socket = join(site.folder, 'iam.sock')
    const iam = [...root, '--port', `${LOOPBACK}:${iamPort}`, 'iam', '--dir', site.makeFolder('iam'), '--private-ports', socket]
    await site.run('versitygw-iam', executable, iam, `${at(iamPort)}/healthz`)
    // Without --iam-cache-disable a changed key or policy is seen two minutes later.
    const gateway = [
      '--port',
      `${LOOPBACK}:${port}`,
      '--virtual-domain',
      `s3.localhost:${port}`,
      '--iam-standalone-endpoint',
      socket,
      '--iam-cache-disable',
    ]
    const storage = ['posix', '--versioning-dir', site.makeFolder('versions'), site.makeFolder('data')]
    await site.run('versitygw', executable, [...root, ...gateway, ...storage], `${at(port)}/healthz`)
    return { address: at(port), iamAddress: at(iamPort), credentials }
  })
}
