import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { leakCheck } from './leak-check.ts'

const listening = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}

describe('a leak check', () => {
  test('is content when everything was given back', async () => {
    const check = leakCheck()
    const timer = setTimeout(() => {}, 60_000)
    const server = await listening()
    clearTimeout(timer)
    server.close()
    await check.nothingLeft()
  })

  test('gives what is being closed a moment', async () => {
    const check = leakCheck()
    const timer = setTimeout(() => {}, 60_000)
    setTimeout(() => clearTimeout(timer), 50)
    await check.nothingLeft()
  })

  test('names what is left and where it was made: a timer, a server, a listener of the process', async () => {
    const check = leakCheck()
    const timer = setTimeout(() => {}, 60_000)
    const server = await listening()
    const listener = () => {}
    process.on('warning', listener)
    const told = await check.nothingLeft({ within: 50 }).catch((error: Error) => error.message)
    clearTimeout(timer)
    process.off('warning', listener)
    server.close()
    expect(told).toMatch(/^left behind:\n {2}a timer made at .*leak-check\.test\.ts:\d+/)
    expect(told).toMatch(/ {2}a server made /)
    expect(told).toContain('  1 more listeners of process "warning"')
  })

  test('a timer that holds nothing is no leak, nor is what was there before', async () => {
    const before = setTimeout(() => {}, 60_000)
    const check = leakCheck()
    const idle = setTimeout(() => {}, 60_000).unref()
    await check.nothingLeft({ within: 50 })
    clearTimeout(before)
    clearTimeout(idle)
  })
})
