import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { missingExecutables, type RealS3, serverFolders, startMoto, startSeaweedfs, startVersitygw } from '@kubewright/testing'
import type { RecordedServer } from './recording.ts'
import type { S3UnderTest } from './server-under-test.ts'

export interface RealServer {
  readonly name: RecordedServer
  /** Undefined: its program is not on this machine, or is of another version than the recorded one. */
  readonly start: (() => Promise<RealS3>) | undefined
}

/**
 * Versity's gateway belongs to the servers that set-up provides, and its absence is a failure; the others are taken when they are installed, in the
 * version that was recorded: another one answers otherwise, and that says nothing about us.
 */
export function realServers(): readonly RealServer[] {
  const moto = located('moto_server', 'python3', ['-c', 'from importlib.metadata import version; print(version("moto"))'], '5.2.5')
  const weed = located('weed', 'weed', ['version'], '4.48')
  return [
    { name: 'versitygw', start: startVersitygw },
    { name: 'moto-auth', start: moto === undefined ? undefined : () => startMoto(moto) },
    { name: 'seaweedfs', start: weed === undefined ? undefined : () => startSeaweedfs(weed) },
  ]
}

/** `teller`: what beside it says its version. */
function located(name: string, teller: string, args: readonly string[], version: string): string | undefined {
  const folders = [...serverFolders(), ...(process.env['PATH'] ?? '').split(delimiter)]
  const candidates = folders.filter((each) => missingExecutables([name], each).length === 0)
  const found = candidates.find((folder) => (spawnSync(join(folder, teller), args, { encoding: 'utf8' }).stdout ?? '').includes(version))
  return found === undefined ? undefined : join(found, name)
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
