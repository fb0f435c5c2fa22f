// The least program there is: one controller, which has nothing to do.
import { ConfigMap, controller, run } from 'kubewright'

await run(controller(ConfigMap, { reconcile: () => undefined }))
