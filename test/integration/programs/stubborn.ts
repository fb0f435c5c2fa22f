// A user's program whose reconcile never ends, and does not listen to its signal.
import { ConfigMap, controller, run } from 'kubewright'

const stubborn = controller(ConfigMap, {
  name: 'stubborn',
  async reconcile({ log }) {
    log.info('never coming back')
    await new Promise<never>(() => {})
  },
})

await run(stubborn)
