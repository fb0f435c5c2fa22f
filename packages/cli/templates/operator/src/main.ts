// The program. Its flags are those of `kubewright run`: see `npm start -- --help`.
import { run } from 'kubewright'
import { sampleController } from './sample-controller.ts'
import { sampleWebhooks } from './sample-webhooks.ts'

await run(sampleController, sampleWebhooks)
