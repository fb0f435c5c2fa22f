// The three programs that envtest looks for, as scripts for /bin/sh. Pure.

export interface Replacement {
  /** Node, and the program that `kubewright` is. */
  readonly node: string
  readonly program: string
  /** `v1.36.3`: the version of Kubernetes that is answered for. */
  readonly version: string
  /** Who works behind the API, as `--controllers` has it. */
  readonly controllers: string
  /** Flags that `kube-apiserver --help` names. */
  readonly flags: readonly string[]
}

/** The scripts by their file names. */
export function executables(replacement: Replacement): Readonly<Record<'etcd' | 'kube-apiserver' | 'kubectl', string>> {
  const { node, program, version, controllers, flags } = replacement
  const run = `exec ${quoted(node)} ${quoted(program)}`
  return {
    // envtest asks for the help of both before it starts them: a shell says it in a millisecond, Node takes a hundred.
    etcd: script(
      'etcd for envtest: the embedded API server keeps its objects itself, so this one only says that it is healthy',
      answered('--version', 'etcd Version: 3.6.8\n'),
      answered('--help', help(['advertise-client-urls', 'data-dir', 'listen-client-urls', 'listen-peer-urls', 'unsafe-no-fsync'])),
      `${run} envtest-etcd "$@"\n`,
    ),
    'kube-apiserver': script(
      'kube-apiserver for envtest: the embedded API server of Kubewright',
      answered('--version', `Kubernetes ${version}\n`),
      answered('--help', help(flags)),
      // Before what is given, which wins.
      `${run} apiserver --controllers=${quoted(controllers)} "$@"\n`,
    ),
    kubectl: script(
      'kubectl for envtest: the one of the PATH',
      `here=\${0%/*}
IFS=:
for folder in $PATH; do
  if [ -x "$folder/kubectl" ] && [ ! "$folder" -ef "$here" ]; then exec "$folder/kubectl" "$@"; fi
done
echo 'kubectl: there is none on the PATH: install one (https://kubernetes.io/docs/tasks/tools); the rest of envtest needs none' >&2
exit 1
`,
    ),
  }
}

const script = (title: string, ...parts: readonly string[]): string =>
  `#!/bin/sh\n# ${title}. Written by \`kubewright envtest\`.\n${parts.join('')}`

const answered = (flag: string, text: string): string => `if [ "$1" = ${flag} ]; then\n  cat <<'END'\n${text}END\n  exit 0\nfi\n`

const help = (flags: readonly string[]): string => flags.map((flag) => `      --${flag}\n`).join('')

/** As one word of /bin/sh, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
