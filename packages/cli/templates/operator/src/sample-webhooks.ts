import { webhooks } from 'kubewright'
import { Sample } from './sample.ts'

/** What a schema cannot say. The API server asks before it takes an object. */
export const sampleWebhooks = webhooks(Sample, {
  validate({ object, errors, warn }) {
    const { image } = object.spec
    if (!/[:@]/.test(image)) errors.invalid('spec.image', image, 'must have a tag or a digest, such as nginx:1.29')
    if (image.endsWith(':latest')) warn('spec.image: ":latest" may be another image tomorrow')
  },
})
