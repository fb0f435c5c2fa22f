import {
  isAlreadyExists,
  isApiError,
  isBadRequest,
  isConflict,
  isConnectionError,
  isConnectionRefused,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTooManyRequests,
  isUnauthorized,
} from './errors.ts'
import type { ErrorCode, ExplainedError } from './explanation.ts'

const hasSocketCode = (pattern: RegExp) => (error: Error) => isConnectionError(error) && pattern.test(error.code)
const refused = (holds: (error: Error) => boolean, entry: Omit<ExplainedError, 'error' | 'holds'>): ExplainedError => ({
  ...entry,
  error: 'ApiError',
  holds,
})

/** The entry of the configuration errors that are thrown with this code. */
export function explainedConfiguration(code: ErrorCode, cause: string, mend: string): ExplainedError {
  return { code, error: 'ConfigurationError', cause, mend, holds: (error) => (error as { readonly code?: unknown }).code === code }
}

/** Answers of the API server, and why none came. */
const SERVER: readonly ExplainedError[] = [
  refused(isUnauthorized, {
    code: 'KW-UNAUTHORIZED',
    cause: 'The API server does not know who asks: the credentials are missing, have expired or are of another cluster.',
    mend: 'Log in again, or correct the user that the context of the kubeconfig names. `kubectl auth whoami` shows who one is.',
  }),
  refused(isForbidden, {
    code: 'KW-FORBIDDEN',
    cause: 'The API server knows who asks, and a right is missing, or an admission policy refuses; the message says which.',
    mend: 'Apply the roles of the operator (`kubewright manifests OPERATOR --only rbac`); `kubewright doctor` lists the rights that are missing.',
  }),
  refused(isNotFound, {
    code: 'KW-NOT-FOUND',
    cause: 'The object, its namespace or its kind is not there.',
    mend: 'Check the name, the namespace (`--namespace`) and the cluster (`--context`); `kubectl api-resources` lists the kinds.',
  }),
  refused(isAlreadyExists, {
    code: 'KW-ALREADY-EXISTS',
    cause: 'Something of this name is there already.',
    mend: 'Choose another name, or look at what is there, and delete it if nobody needs it.',
  }),
  refused(isConflict, {
    code: 'KW-CONFLICT',
    cause: 'The object was changed between the reading and the writing, or another field manager holds a field.',
    mend: 'Try again; controllers do so by themselves. When it lasts, two programs write the same field: `kubectl get KIND NAME --show-managed-fields -o yaml`.',
  }),
  refused(isGone, {
    code: 'KW-EXPIRED',
    cause: 'The resource version or the page of a list is older than what the server still has.',
    mend: 'Begin the list anew; watches do so by themselves.',
  }),
  refused(isInvalid, {
    code: 'KW-INVALID',
    cause: 'The object does not fit the schema or the rules of its kind; the message names each field.',
    mend: 'Correct the fields that are named; `kubectl explain KIND.spec` describes them.',
  }),
  refused(isBadRequest, {
    code: 'KW-BAD-REQUEST',
    cause: 'The API server does not understand the request: a malformed object, an unknown field, or a wrong selector.',
    mend: 'Correct what the message names. When it is of a program of ours, report it.',
  }),
  refused(isTooManyRequests, {
    code: 'KW-TOO-MANY-REQUESTS',
    cause: 'The API server has too much to do, or a disruption budget allows no eviction at the moment.',
    mend: 'Programs slow down and try again by themselves. When it lasts, look at `apiserver_flowcontrol_rejected_requests_total` of the server.',
  }),
  refused((error) => isApiError(error) && error.code >= 500, {
    code: 'KW-SERVER-FAILED',
    cause: 'The API server, or a webhook or extension server that it asks, failed or did not answer in time.',
    mend: 'It is tried again where that is safe. When it lasts, look at the log of the API server; `kubewright doctor` tries the webhooks.',
  }),
  {
    code: 'KW-REFUSED',
    error: 'ApiError',
    cause: 'The API server, or a proxy in front of it, refused the request.',
    mend: 'Do what the message says. An answer that is no Status comes of a proxy: check the address in the kubeconfig.',
  },
  {
    code: 'KW-CONNECTION-REFUSED',
    error: 'ConnectionError',
    holds: isConnectionRefused,
    cause: 'Nothing listens at the address of the server.',
    mend: 'Start the cluster, or correct the address: `kubectl config view --minify` shows which one is used, `--context` chooses another.',
  },
  {
    code: 'KW-HOST-NOT-FOUND',
    error: 'ConnectionError',
    holds: hasSocketCode(/^(ENOTFOUND|EAI_\w+)$/),
    cause: 'The name of the server is not known to the DNS of this machine.',
    mend: 'Correct the address in the kubeconfig, or connect the VPN that knows the name.',
  },
  {
    code: 'KW-TLS',
    error: 'ConnectionError',
    holds: hasSocketCode(/CERT|SIGNED|TLS|SSL|ISSUER|EPROTO|SIGNATURE/),
    cause:
      'The certificate of the server is not one that the kubeconfig trusts, is for another name, or has expired; or no TLS is spoken there.',
    mend: 'Check `certificate-authority` and `tls-server-name` of the cluster in the kubeconfig, and the clocks of both sides.',
  },
  {
    code: 'KW-CONNECTION',
    error: 'ConnectionError',
    cause: 'No answer came: the network, a proxy, or the server itself is away, or took too long.',
    mend: 'Check the network and `HTTPS_PROXY`; running programs go on by themselves as soon as the server answers.',
  },
]

/** What somebody wrote, and the library could not take. */
const GIVEN: readonly ExplainedError[] = [
  explainedConfiguration(
    'KW-CONFIGURATION',
    'Something that a person configured is wrong or contradicts itself: a flag, a variable, a file or an option of the library.',
    'The message names it, and what to write instead.',
  ),
  explainedConfiguration(
    'KW-LISTEN',
    'A port cannot be listened on: another program has it, or this one may not.',
    'Choose another port with the flag that is named, or 0 for a free one; `ss -ltnp` shows who has it. Ports below 1024 take a privilege.',
  ),
  explainedConfiguration(
    'KW-CERTIFICATE',
    'The certificate and key that are to be served cannot be read, or do not belong together.',
    'Put `tls.crt` and `tls.key` of one pair, as PEM, into the folder that the flag names.',
  ),
  {
    code: 'KW-SELECTOR',
    error: 'SelectorError',
    cause: 'A label or field selector is malformed; the message says where.',
    mend: 'Write it as for `kubectl -l`: `app=shop,tier in (web,api)`.',
  },
  {
    code: 'KW-JSONPATH',
    error: 'JsonPathError',
    cause: 'A JSONPath is malformed, or is none that Kubernetes takes.',
    mend: 'Write it as for `kubectl -o jsonpath`: `.status.conditions[?(@.type=="Ready")].status`.',
  },
  {
    code: 'KW-JSON-PATCH',
    error: 'JsonPatchError',
    cause: 'A JSON patch cannot be applied: a path is not there, or a test does not hold.',
    mend: 'Look at the operation that is named; the object may have changed since the patch was made.',
  },
  {
    code: 'KW-STRATEGIC-MERGE',
    error: 'StrategicMergeError',
    cause: 'A strategic merge patch does not fit the object: a list without its merge key, or a directive that is none.',
    mend: 'Give each item of the list its merge key, or use a JSON merge patch.',
  },
]

/** The entries of this package in the catalogue of errors. */
export const coreErrors: readonly ExplainedError[] = [...SERVER, ...GIVEN]
