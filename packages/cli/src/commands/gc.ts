import { type Command, Option } from 'commander'
import type { Terminal } from '../terminal.ts'
import type { ExplainFlags } from './gc-explain.ts'
import type { PlanFlags } from './gc-plan.ts'
import type { RestoreFlags } from './gc-restore.ts'
import type { StopFlags } from './gc-stop.ts'

/** Adds what people do about garbage collection by hand. */
export function defineGc(gc: Command, terminal: Terminal): void {
  const output = () => new Option('--output <FORMAT>', 'text, or json for programs').choices(['text', 'json']).default('text')
  const cluster = (command: Command) =>
    command.option('--kubeconfig <FILE>', 'of the cluster').option('--context <NAME>', 'of the kubeconfig')
  const scene = (command: Command) =>
    cluster(command)
      .option('--from <PATH...>', 'these manifests, files or folders, instead of a cluster; they count as all there is')
      .option('-n, --namespace <NS>', 'of what names none; default: the context’s')
      .option('--protected-namespaces <NS>', 'as the operator’s --gc-protected-namespaces')
      .option('--allowed-kinds <KINDS>', 'as the operator’s --gc-allowed-kinds')
      .option('--backup-namespace <NS>', 'as the operator’s --gc-backup-namespace')
      .option('--backup-s3-bucket <BUCKET>', 'as the operator’s --gc-backup-s3-bucket')
      .option('--at <TIME>', 'as if it was this time (RFC 3339)')

  scene(gc.command('plan'))
    .description('what policies would delete, when, and why; deletes nothing')
    .option('-f, --filename <PATH...>', 'the policies, files or folders, or - for standard input; default: those of the cluster')
    .option('--all', 'tell of the objects that stay, too')
    .addOption(
      new Option('--output <FORMAT>', 'text, json for programs, html for a page').choices(['text', 'json', 'html']).default('text'),
    )
    .action(async (flags: PlanFlags) => (await import('./gc-plan.ts')).gcPlan(flags, terminal))

  scene(gc.command('explain'))
    .description('what becomes of one object, and what each policy says about it')
    .argument('<OBJECT>', 'KIND/NAME, such as job/report-1; KIND.GROUP/NAME when a kind is in several groups')
    .option('-f, --filename <PATH...>', 'policies besides those of the cluster')
    .addOption(output())
    .action(async (object: string, flags: ExplainFlags) => (await import('./gc-explain.ts')).gcExplain(object, flags, terminal))

  cluster(gc.command('restore'))
    .description('bring back what policies with spec.backup have deleted')
    .argument('[NAME...]', 'KIND/NAME, or KIND.GROUP/NAME, of what was deleted: its newest backup; or the name of a backup')
    .option('--list', 'show what there is, and restore nothing')
    .option('--all', 'everything that the filters take')
    .option('-n, --namespace <NS>', 'of what was deleted; default: the context’s')
    .option('-A, --all-namespaces', 'of any')
    .option('--backup-namespace <NS>', 'where to look instead: the operator’s --gc-backup-namespace')
    .option('--backup-s3-bucket <BUCKET>', 'where to look instead: the operator’s bucket, with the credentials that AWS programs find')
    .option('--backup-s3-endpoint <URL>', 'its server, when that is not AWS')
    .option('--backup-s3-region <REGION>', 'of the bucket; default: us-east-1')
    .option('--backup-s3-prefix <PREFIX/>', 'as the operator’s --gc-backup-s3-prefix')
    .option('--policy <NAME>', 'what this policy deleted')
    .option('--kind <KIND>', 'of this kind')
    .option('--since <TIME>', 'deleted since then: RFC 3339, or a duration such as 24h')
    .option('--dry-run', 'ask the server whether it would take them, show what would differ, and restore nothing')
    .option('--namespace-to <NS>', 'into another namespace')
    .option('--replace', 'make those that are there as they were')
    .option('--run-again', 'Pods and Jobs that had ended, too')
    .option('--keep-for <DURATION>', 'no policy deletes them again before', '24h')
    .addOption(output())
    .action(async (names: readonly string[], flags: RestoreFlags) => (await import('./gc-restore.ts')).gcRestore(names, flags, terminal))

  cluster(gc.command('stop'))
    .description('stop all deletions in the cluster, at once and until resume')
    .option('--reason <TEXT>', 'for those who find it stopped')
    .action(async (flags: StopFlags) => (await import('./gc-stop.ts')).gcStop(flags, terminal))

  cluster(gc.command('resume'))
    .description('let deletions go on')
    .action(async (flags: StopFlags) => (await import('./gc-stop.ts')).gcResume(flags, terminal))
}

export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
}
