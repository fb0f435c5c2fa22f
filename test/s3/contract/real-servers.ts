import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { missingExecutables, type RealS3, serverFolders, startMoto, startSeaweedfs, startVersitygw } from '@kubewright/testing'
import type { RecordedServer } from './recording.ts'
import type { S3UnderTest } from './server-under-test.ts'

export interface RealServer {
  readonly name: RecordedServer
  /** Undefined: its program is not on this machine. */
  readonly start: (() => Promise<RealS3>) | undefined
}

/** Versity's gateway belongs to the servers that set-up provides, and its absence is a failure; the others are taken when they are installed. */
export function realServers(): readonly RealServer[] {
  const moto = located('moto_server', '--help')
  const weed = located('weed', 'version')
  return [
    { name: 'versitygw', start: startVersitygw },
    { name: 'moto-auth', start: moto === undefined ? undefined : () => startMoto(moto) },
    { name: 'seaweedfs', start: weed === undefined ? undefined : () => startSeaweedfs(weed) },
  ]
}

function located(name: string, probe: string): string | undefined {
  const folders = [...serverFolders(), ...(process.env['PATH'] ?? '').split(delimiter)]
  const candidates = folders.filter((each) => missingExecutables([name], each).length === 0).map((folder) => join(folder, name))
  // A version manager's shim is there for programs that are not.
  return candidates.find((program) => spawnSync(program, [probe], { stdio: 'ignore' }).status === 0)
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
