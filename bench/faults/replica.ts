// One replica as a process of its own, with the cluster of KUBECONFIG. While it leads it says so every 20 ms, by a clock that processes share.
import { connect, createManager, silentLogger, sleep } from 'kubewright'

const [leaseName] = process.argv.slice(2)
const now = () => Number(process.hrtime.bigint()) / 1e6

const client = await connect()
const manager = createManager({ client, log: silentLogger, leaderElection: { leaseName: leaseName!, leaseNamespace: 'default' } })
manager.add({
  name: 'beat',
  async run(signal) {
    while (!signal.aborted) {
      process.stdout.write(`${now()}\n`)
      await sleep(20)
    }
  },
})
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await manager.run(stop.signal)
await client.close()
