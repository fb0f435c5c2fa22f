// The process of a Pod, without a kubelet: the image as its root, which cannot be written, the user that the Deployment says, the token of its
// ServiceAccount where a Pod has it, and nothing else of this machine.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ClusterConnection } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import type { UnpackedImage } from './unpacked-image.ts'

export const NO_ROOT = 'a root of its own and another user are given to a process by root alone: run it as root'
export const canRunPods = process.platform === 'linux' && process.getuid?.() === 0

export interface Container {
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
}
export interface PodSpec {
  readonly containers: readonly [Container]
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number }
}

export interface Identity {
  readonly connection: ClusterConnection
  readonly namespace: string
  readonly token: string
  /** Folders of this machine in the place of the Pod's volumes, by where the container has them. */
  readonly volumes?: Readonly<Record<string, string>>
}

export interface PodProcess {
  readonly pid: number
  readonly lines: readonly string[]
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** As the kubelet ends it. Resolves with its exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>
}

/** `$1` root, `$2` user and group, `$3` how many mounts; then each mount's folder and place. */
const SCRIPT = `
set -e
root=$1 user=$2 mounts=$3
shift 3
mount --bind "$root" "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$mounts" -gt 0 ]; do
  mount --bind "$1" "$root$2"
  mounts=$((mounts - 1))
  shift 2
done
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" "$@"
`
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export function startPod(image: UnpackedImage, { containers: [container], securityContext }: PodSpec, identity: Identity): PodProcess {
  const account = mkdtempSync(join(tmpdir(), 'kubewright-account-'))
  chmodSync(account, 0o755)
  writeFileSync(join(account, 'token'), identity.token)
  writeFileSync(join(account, 'ca.crt'), identity.connection.caData ?? '')
  writeFileSync(join(account, 'namespace'), identity.namespace)
  const mounts = Object.entries({ ...identity.volumes, [ACCOUNT]: account })
  for (const [place] of mounts) mkdirSync(join(image.folder, place), { recursive: true })
  const { hostname, port } = new URL(identity.connection.server)
  const fromImage = Object.fromEntries(
    image.config.Env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
  const fromPod = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]))
  const child = spawn(
    '/usr/bin/unshare',
    [
      ...['--mount', '--propagation', 'private', '/bin/sh', '-c', SCRIPT, 'pod'],
      ...[image.folder, `${securityContext.runAsUser}:${securityContext.runAsGroup}`, String(mounts.length)],
      ...mounts.flatMap(([place, folder]) => [folder, place]),
      ...image.config.Entrypoint,
      ...container.args,
    ],
    {
      env: {
        ...fromImage,
        ...fromPod,
        PATH: `${fromImage['PATH']}:/usr/sbin:/usr/bin:/bin`,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line))
  let over: number | NodeJS.Signals | undefined
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      over = code ?? signal ?? 1
      rmSync(account, { recursive: true, force: true })
      resolve(over)
    })
  })
  return {
    pid: child.pid ?? 0,
    lines,
    says: (pattern) => {
      const given = new AbortController()
      return eventually(
        () => {
          const match = lines.map((line) => pattern.exec(line)).find((found) => found !== null)
          if (match !== undefined) return match
          const end = over === undefined ? '' : ` ended with ${over}, and`
          const error = new Error(`${container.args.slice(0, 2).join(' ')}${end} did not say ${pattern}:\n${lines.slice(-20).join('\n')}`)
          if (over !== undefined) given.abort(error)
          throw error
        },
        { timeout: 60_000, signal: given.signal },
      )
    },
    async stop() {
      child.kill('SIGTERM')
      return await ended
    },
  }
}
