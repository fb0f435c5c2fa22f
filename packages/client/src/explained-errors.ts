import { type ExplainedError, explainedConfiguration } from '@kubewright/core'

export const clientErrors: readonly ExplainedError[] = [
  explainedConfiguration(
    'KW-KUBECONFIG',
    'There is no kubeconfig, or it is wrong: the file, a context, a cluster, a user, or a certificate in it. All that is wrong is named at once.',
    'Name a file with `--kubeconfig` or `KUBECONFIG` and a context with `--context`; `kubectl config get-contexts` lists what there is.',
  ),
  explainedConfiguration(
    'KW-CREDENTIAL-PLUGIN',
    'The program that the kubeconfig names for getting credentials (`exec`) is not installed, failed, or printed no credential.',
    'Run it by hand to see why; most want a login first (`aws sso login`, `gcloud auth login`, `az login`), and a terminal to ask on.',
  ),
  {
    code: 'KW-KIND-NOT-FOUND',
    error: 'KindNotFoundError',
    cause: 'The server does not serve the kind: its CustomResourceDefinition is not installed, or serves other versions.',
    mend: 'Install it: `kubewright manifests OPERATOR --only crds | kubectl apply --server-side -f -`, or `kubewright generate crds` for kinds of your own.',
  },
]
