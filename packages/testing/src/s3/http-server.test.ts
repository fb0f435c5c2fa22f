import { expect, onTestFinished, test } from 'vitest'
import { fakeS3 } from './fake-s3.ts'

test('a body that this process would have to keep is refused when it is too large', async () => {
  const s3 = await fakeS3()
  onTestFinished(() => s3.stop())
  const answer = await fetch(`${s3.address}/bucket/key`, { method: 'PUT', body: Buffer.alloc(65 * 2 ** 20) })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('<Code>EntityTooLarge</Code>')
})
