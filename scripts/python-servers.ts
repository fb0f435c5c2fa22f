// Servers from Python's registry, for the suites that go over every S3 server there is. They are extras: who has no Python, or no way to the registry, is
// told so, and those suites go on without them.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MOTO, type PythonServer, SEAWEEDFS, versionScript } from '../packages/testing/src/s3/real/python-servers.ts'
import type { Machine } from './servers.ts'

const SERVERS: readonly PythonServer[] = [MOTO, SEAWEEDFS]

/** Puts what is missing into environments below the folder. */
export function providePythonServers({ say, run }: Pick<Machine, 'say' | 'run'>, folder: string): void {
  for (const server of SERVERS) {
    const environment = join(folder, server.folder)
    const python = join(environment, 'bin', 'python3')
    // pip writes down a package when all that it needs is there: what was interrupted has no version yet.
    if (run(python, ['-I', ...versionScript(server)]).output.trim() === server.version) continue
    say(`servers: installing ${server.package} ${server.version} into ${environment} (some minutes)`)
    mkdirSync(folder, { recursive: true })
    const requirement = `${server.package}==${server.version}`
    const install = ['-I', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--retries', '2', requirement]
    const isThere = run('python3', ['-m', 'venv', environment]).code === 0 && run(python, install).code === 0
    if (!isThere)
      say(
        `servers: ${requirement} could not be installed (python3 with venv and pip, and a way to its registry are needed): its tests are left out`,
      )
  }
}
