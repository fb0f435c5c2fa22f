// The built program, killed with -9 again and again while it makes and rotates keys. Each time nobody is at work, the books are read: no key that nobody
// would find again, and no published key that the server refuses. `KUBEWRIGHT_S3_ROTATIONS=200` for more than a few.
import { sleep } from '@kubewright/core'
import { AccessKey, User } from '@kubewright/operator-s3'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, expect } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type Program, test } from './program.ts'
import { type Entry, KeyBooks } from './s3-key-books.ts'
import { isReal, type ServerUnderTest, startServer } from './s3-servers.ts'
import { KINDS, S3Tenant } from './s3-tenant.ts'

const ASKED = process.env['KUBEWRIGHT_S3_ROTATIONS']
const ROTATIONS = Number(ASKED ?? 10)
/** A creation that is interrupted is waited for longer than a minute: many keys, of which some rotate while others wait. */
const KEYS = Math.min(40, ROTATIONS)
const AT_A_TIME = 4
const ROUNDS = Math.ceil(ROTATIONS / KEYS)
const KILLS = Math.ceil(ROTATIONS / 2)
/** The longest life of a program from the moment at which something is to be done, in ms. Most are much shorter. */
const LIFE = 6_000
/** Each kill may cost all keys the time for which an interrupted creation is waited. */
const PATIENCE = 200_000 + KILLS * 90_000

const bench = useCluster()
let server: ServerUnderTest & AsyncDisposable

beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
  server = await startServer()
}, 90_000)
afterAll(() => server[Symbol.asyncDispose]())

const names = Array.from({ length: KEYS }, (_, index) => `key-${index}`)
const shuffled = <T>(all: readonly T[]) => [...all].sort(() => Math.random() - 0.5)
const ROTATE = 's3.kubewright.dev/rotate'

test(
  `${ROTATIONS} rotations, with kill -9 at random moments: no key leaks, and none is published that is dead`,
  async ({ kubewright }) => {
    const tenant = new S3Tenant(bench, await bench.namespace(), server)
    using books = new KeyBooks(tenant)
    const userOf = (name: string) => `${tenant.namespace}-${name}`
    const readAll = () => Promise.all(names.map((name) => books.entry(name, userOf(name))))
    const counted = { kills: 0, interrupted: 0, unpublished: 0, leaked: 0, dead: 0 }
    const [interrupted, lost] = [new Set<string>(), new Set<string>()]

    async function start(): Promise<Program> {
      const where = ['--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', tenant.namespace]
      const nowhere = ['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0']
      const program = kubewright(['run', 's3', ...where, ...nowhere, '--log-format', 'json', '--s3-drift-check-interval-seconds', '5'])
      await program.says(/"metrics":"/)
      return program
    }

    /** Some of those that are at rest are told to rotate, until each has done so in every round. */
    async function ask(): Promise<'somebody' | 'all are through' | { readonly unsettled: readonly unknown[] }> {
      const states = await Promise.all(
        names.map(async (name) => {
          const { metadata, status } = await tenant.get(AccessKey, name)
          const asked = Number(metadata.annotations?.[ROTATE] ?? 0)
          const isAtRest = asked === Number(status?.rotateRequest ?? 0) && status?.pending === undefined && status?.keys?.length === 1
          return { name, asked, isAtRest, status }
        }),
      )
      if (states.every(({ asked, isAtRest }) => isAtRest && asked === ROUNDS)) return 'all are through'
      const chosen = shuffled(states.filter(({ asked, isAtRest }) => isAtRest && asked < ROUNDS)).slice(0, AT_A_TIME)
      for (const { name, asked } of chosen)
        await tenant.patch(AccessKey, name, { metadata: { annotations: { [ROTATE]: String(asked + 1) } } })
      return chosen.length > 0 ? 'somebody' : { unsettled: states.filter(({ isAtRest }) => !isAtRest) }
    }

    function audit(entries: readonly Entry[]): void {
      for (const id of entries.flatMap(({ open }) => open ?? [])) interrupted.add(id)
      for (const id of entries.flatMap(({ unpublished }) => unpublished)) lost.add(id)
      counted.interrupted = interrupted.size
      counted.unpublished = lost.size
      counted.leaked += entries.flatMap(({ leaked }) => leaked).length
      counted.dead += entries.flatMap(({ dead }) => dead).length
      expect({ leaked: counted.leaked, dead: counted.dead }, JSON.stringify(entries, undefined, 1)).toEqual({ leaked: 0, dead: 0 })
    }

    await tenant.provider()
    for (const name of names) {
      await tenant.create(User, name, { providerRef: { name: 'store' }, name: userOf(name) })
      const rotate = { previousKeysRetentionDays: 0 }
      await tenant.create(AccessKey, name, { providerRef: { name: 'store' }, userRef: { name }, rotate })
    }

    while (true) {
      const program = await start()
      // The first time there is something to do without being asked: to make the keys.
      if (counted.kills > 0) {
        const waitsFor = counted.kills < KILLS ? ['somebody', 'all are through'] : ['all are through']
        const asked = await eventually(
          async () => {
            const answer = await ask()
            if (!waitsFor.includes(answer as string)) throw new Error(JSON.stringify(answer))
            return answer
          },
          { timeout: 180_000, interval: 250 },
        )
        if (asked === 'all are through') break
      }
      // Most things happen soon.
      await sleep(Math.random() ** 2 * LIFE)
      program.kill('SIGKILL')
      await program.ended
      counted.kills++
      audit(await readAll())
      // Who asks for many waits for long.
      if (ASKED !== undefined) console.log(JSON.stringify(counted))
    }

    const final = await eventually(
      async () => {
        const entries = await readAll()
        for (const { living, recorded, published } of entries) expect([recorded, [published]]).toEqual([living, living])
        return entries
      },
      { timeout: 60_000 },
    )
    audit(final)
    const { kills, interrupted: open, unpublished, leaked, dead } = counted
    const where = isReal ? 'a real server' : 'the in-process server'
    console.log(
      `s3 rotations on ${where}: ${KEYS * ROUNDS} rotations of ${KEYS} keys, ${kills} times kill -9, ${open} creations interrupted, ` +
        `${unpublished} keys that had lost their secret and were removed, ${leaked} leaked, ${dead} dead but published`,
    )
    expect(kills).toBeGreaterThan(0)
  },
  PATIENCE,
)
