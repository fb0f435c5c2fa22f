import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@kubewright/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { RUN_SETTINGS } from '../settings/program.ts'
import { followConfiguration } from './configuration-watch.ts'

async function start(flags: GivenFlags = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-configuration-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'config.yaml')
  const write = (text: string) => writeFileSync(file, text)
  write('logLevel: warn')
  const lines: Record<string, unknown>[] = []
  const configuration = await configurationFrom(RUN_SETTINGS, { config: file, ...flags }, {})
  const log = createLogger({ level: configuration.settings.logLevel, destination: { write: (line) => lines.push(JSON.parse(line)) } })
  const stop = new AbortController()
  const over = followConfiguration(configuration, log, stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await over
  })
  return { log, lines, write }
}

test('the log level follows the file, while the program runs', async () => {
  const { log, lines, write } = await start()
  expect(log.level).toBe('warn')
  write('logLevel: debug')
  await expect.poll(() => log.level, { timeout: 15_000 }).toBe('debug')
  expect(lines).toMatchObject([{ message: 'the config file has changed', changed: ['logLevel'] }])
})

test('a flag stays above the file', async () => {
  const { log, lines, write } = await start({ logLevel: 'info' })
  write('logLevel: debug\nnamespace: [a]')
  await expect.poll(() => lines.length, { timeout: 15_000 }).toBe(1)
  expect([log.level, lines[0]]).toMatchObject(['info', { changed: ['namespace'], needsRestart: ['namespace'] }])
})

test('a file that is wrong changes nothing and is told of, and mended it counts', async () => {
  const { log, lines, write } = await start()
  write('logLevel: loud')
  await expect.poll(() => lines.length, { timeout: 15_000 }).toBe(1)
  expect([log.level, lines[0]]).toMatchObject(['warn', { level: 'error', problem: expect.stringContaining('config file, logLevel') }])
  write('logLevel: info')
  await expect.poll(() => log.level, { timeout: 15_000 }).toBe('info')
})
