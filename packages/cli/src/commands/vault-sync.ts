import { defaultRules, leastGrants, parseRule, printPolicy, roleCommand } from '@kubewright/operator-vault-sync'
import { type Command, Option } from 'commander'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'

interface PolicyFlags {
  readonly clusterName: string
  readonly pathPolicy?: readonly string[]
  readonly mount: readonly string[]
  readonly deletionPolicy?: readonly DeletionPolicy[]
  readonly readValues?: boolean
  readonly forNamespace?: string
  readonly policyName: string
  readonly role: string
  readonly authPath: string
  readonly serviceAccount: string
  readonly namespace: string
  readonly audience?: string
  readonly output: OutputFormat
}

type DeletionPolicy = NonNullable<Parameters<typeof leastGrants>[0]['deletionPolicies']>[number]

const DELETION: readonly DeletionPolicy[] = ['Retain', 'SoftDelete', 'DeleteAll', 'Destroy']

const collect = (value: string, previous: readonly string[] | undefined) => [
  ...(previous ?? []),
  ...value.split(',').filter((each) => each !== ''),
]

export function defineVaultSync(vaultSync: Command, terminal: Terminal): void {
  vaultSync
    .command('policy')
    .description('the least policy that vault-sync needs in Vault, and the command that makes its role')
    .option('--cluster-name <NAME>', 'as of run --vault-sync-cluster-name', '')
    .option('--path-policy <RULE>', 'as of run --vault-sync-path-policy; repeatable, or with commas', collect)
    .option('--mount <MOUNT[=1|2]>', 'a KV mount, and its version; repeatable, or with commas', collect, ['secret'])
    .addOption(new Option('--deletion-policy <POLICY>', 'what objects may ask for; repeatable; default all').argParser(collect))
    .option('--read-values', 'also compare values: for what an interrupted write left behind, and for rotation-check: disabled')
    .option('--for-namespace <NS>', 'the policy of the role of one tenant')
    .option('--policy-name <NAME>', 'what the policy is called', 'vault-sync')
    .option('--role <ROLE>', 'as of run --vault-sync-vault-role', 'vault-sync-operator')
    .option('--auth-path <PATH>', 'as of run --vault-sync-vault-auth-path', 'kubernetes')
    .option('--service-account <NAME>', 'as which the operator runs', 'kubewright-vault-sync')
    .option('--namespace <NS>', 'where it runs', 'kubewright-system')
    .option('--audience <AUDIENCE>', 'of its tokens, when the role checks it')
    .addOption(new Option('--output <FORMAT>', 'text, or json for programs').choices(['text', 'json']).default('text'))
    .action((flags: PolicyFlags) => printLeastPolicy(flags, terminal))
}

function printLeastPolicy(flags: PolicyFlags, terminal: Terminal): void {
  const { clusterName, pathPolicy = [], forNamespace, policyName } = flags
  // The first one given replaces the default.
  const mounts = (flags.mount.length > 1 && flags.mount[0] === 'secret' ? flags.mount.slice(1) : flags.mount).map(mountOf)
  const grants = leastGrants({
    rules: pathPolicy.length === 0 ? defaultRules(clusterName) : pathPolicy.map(ruleOf),
    clusterName,
    mounts,
    ...(flags.deletionPolicy === undefined ? {} : { deletionPolicies: flags.deletionPolicy.map(deletionOf) }),
    readValues: flags.readValues === true,
    ...(forNamespace === undefined ? {} : { namespace: forNamespace }),
  })
  if (grants.length === 0) throw new UsageError('--path-policy: no rule is about one of the mounts of --mount: name its mount too')
  const policy = printPolicy(grants)
  const { authPath, role, serviceAccount, namespace, audience } = flags
  const command = roleCommand({ authPath, role, policy: policyName, serviceAccount, namespace, audience })
  if (flags.output === 'json') terminal.stdout.write(`${JSON.stringify({ policyName, policy, grants, role: command })}\n`)
  else terminal.stdout.write(`# vault policy write ${policyName} - <<EOF\n${policy}# EOF\n\n# ${command.replaceAll('\n', '\n# ')}\n`)
}

function mountOf(text: string): { readonly mount: string; readonly version: 1 | 2 } {
  const [mount = '', version = '2'] = text.split('=')
  if (mount === '' || (version !== '1' && version !== '2')) throw new UsageError(`--mount: "${text}" must be MOUNT, MOUNT=1 or MOUNT=2`)
  return { mount: mount.replace(/^\/+|\/+$/g, ''), version: version === '1' ? 1 : 2 }
}

function ruleOf(text: string) {
  try {
    return parseRule(text)
  } catch (error) {
    throw new UsageError(`--path-policy: ${(error as Error).message}`, { cause: error })
  }
}

function deletionOf(text: string): DeletionPolicy {
  const found = DELETION.find((each) => each === text)
  if (found === undefined) throw new UsageError(`--deletion-policy: "${text}" must be one of ${DELETION.join(', ')}`)
  return found
}
