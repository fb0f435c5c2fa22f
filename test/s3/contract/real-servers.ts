import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { missingExecutables, type RealS3, serverFolders, startMoto, startSeaweedfs, startVersitygw } from '@kubewright/testing'
import { MOTO, type PythonServer, SEAWEEDFS, versionScript } from '../../../packages/testing/src/s3/real/python-servers.ts'
import type { RecordedServer } from './recording.ts'
import type { S3UnderTest } from './server-under-test.ts'

export interface RealServer {
  readonly name: RecordedServer
  /** Undefined: its program is not on this machine, or is of another version than the recorded one. */
  readonly start: (() => Promise<RealS3>) | undefined
}

/**
 * Versity's gateway belongs to the servers that set-up provides, and its absence is a failure; the others are taken where there is Python to install
 * them, in the version that was recorded: another one answers otherwise, and that says nothing about us.
 */
export function realServers(): readonly RealServer[] {
  const moto = located(MOTO)
  const weed = located(SEAWEEDFS)
  return [
    { name: 'versitygw', start: startVersitygw },
    { name: 'moto-auth', start: moto === undefined ? undefined : () => startMoto(moto) },
    { name: 'seaweedfs', start: weed === undefined ? undefined : () => startSeaweedfs(weed) },
  ]
}

/** Where set-up has put it, or on the PATH: the Python beside it says its version. */
function located(server: PythonServer): string | undefined {
  const environments = serverFolders().map((folder) => join(folder, server.folder, 'bin'))
  const folders = [...environments, ...(process.env['PATH'] ?? '').split(delimiter)]
  const candidates = folders.filter((each) => missingExecutables([server.executable], each).length === 0)
  const versionIn = (folder: string) => spawnSync(join(folder, 'python3'), versionScript(server), { encoding: 'utf8' }).stdout?.trim()
  const found = candidates.find((folder) => versionIn(folder) === server.version)
  return found === undefined ? undefined : join(found, server.executable)
}

export function underTest(name: string, server: RealS3): S3UnderTest {
  const { address, iamAddress, credentials } = server
  const stop = () => server.stop()
  return {
    name,
    s3: address,
    iam: iamAddress,
    admin: credentials,
    stranger: undefined,
    domain: 's3.localhost',
    [Symbol.asyncDispose]: stop,
  }
}
