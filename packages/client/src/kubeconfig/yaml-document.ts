import { parseDocument } from 'yaml'
import { KubeconfigError } from './kubeconfig-error.ts'

/** @throws ConfigurationError when the text is no YAML */
export function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true })
  const [error] = document.errors
  if (error !== undefined) {
    // The pretty message quotes the line, which may hold a token: keep its first line only.
    throw new KubeconfigError(`${file} is not valid YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}`)
  }
  return document.toJS()
}
