import type { Command, Option } from 'commander'
import type { Terminal } from '../../terminal.ts'
import type { EnvtestFlags } from './envtest.ts'

/** `envtest`, and what its script for etcd calls. */
export function defineEnvtest(program: Command, output: () => Option, terminal: Terminal): void {
  program
    .command('envtest')
    .description('drop-in etcd, kube-apiserver and kubectl for KUBEBUILDER_ASSETS: suites of envtest run on the embedded API server')
    .argument('<DIR>', 'a folder for the three programs')
    .option('--controllers <NAMES>', 'who works behind the API, as apiserver has it; default: nobody, as with envtest')
    .addOption(output())
    .action(async (folder: string, flags: EnvtestFlags) => (await import('./envtest.ts')).envtest(folder, flags, terminal))
  program
    .command('envtest-etcd', { hidden: true })
    .option('--listen-client-urls <URLS>')
    .option('--advertise-client-urls <URLS>')
    .option('--listen-peer-urls <URLS>')
    .option('--data-dir <DIR>')
    .option('--unsafe-no-fsync [BOOLEAN]')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (flags: { readonly listenClientUrls?: string }) =>
      (await import('./etcd.ts')).standInForEtcd(flags.listenClientUrls, terminal),
    )
}
