// A user's program that consists of a webhook.
import { ConfigMap, run, webhooks } from 'kubewright'

const checked = webhooks(ConfigMap, {
  name: 'checked',
  objectSelector: { matchLabels: { checked: 'yes' } },
  validate: ({ object, errors }) => {
    if (object.data?.['good'] !== 'yes') errors.invalid('data[good]', 'must be "yes"')
  },
})

await run(checked)
