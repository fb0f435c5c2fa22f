import { Command } from 'commander'
import { expect, test } from 'vitest'
import { configurationFrom, type GivenFlags } from './configuration.ts'
import { addOptions } from './options.ts'
import { RUN_SETTINGS } from './program.ts'

async function settingsOf(...args: readonly string[]) {
  const command = addOptions(new Command(), RUN_SETTINGS).exitOverride()
  command.parse(args, { from: 'user' })
  return (await configurationFrom(RUN_SETTINGS, command.opts<GivenFlags>(), {})).settings
}

test.each([
  ['nothing', [], undefined, true],
  ['--no-warm-standby', ['--no-warm-standby'], undefined, false],
  ['--warm-standby=false', ['--warm-standby=false'], undefined, false],
  ['--leader-elect', ['--leader-elect'], true, true],
  ['--no-leader-elect', ['--no-leader-elect'], false, true],
])('a boolean flag is given as it is, with a value, or with no-: %s', async (_, args, leaderElect, warmStandby) => {
  expect(await settingsOf(...args)).toMatchObject({ warmStandby, ...(leaderElect === undefined ? {} : { leaderElect }) })
  if (leaderElect === undefined) expect(await settingsOf(...args)).not.toHaveProperty('leaderElect')
})

test.each([
  [['--graceful-shutdown-timeout', '-1s'], '--graceful-shutdown-timeout: "-1s" is negative'],
  [['--leader-election-retry-period', '5'], '--leader-election-retry-period: duration "5" is malformed: "5" has no unit'],
  [['--metrics-cert-dir', 'x'], '--metrics-cert-dir: is for HTTPS: give --metrics-secure too'],
  [['--shard-filter', 'label'], '--shard-filter: is for replicas that split the objects among them: give --shards too'],
  [['--shards', '--shard-filter', 'some'], '--shard-filter: '],
  [['--profiling', '--metrics-bind-address', '0'], '--profiling: profiles are served beside the metrics, which are off'],
  [['--inspection', '--metrics-bind-address', '0'], '--inspection: it is served beside the metrics, which are off'],
  [['--webhook-port', '65536'], '--webhook-port: '],
  [['--webhook-url', 'https://a', '--webhook-service', 'b'], '--webhook-url: is for a program without a Service'],
])('%j is refused before anything starts', async (args, message) => {
  await expect(settingsOf(...args)).rejects.toThrow(message)
})
