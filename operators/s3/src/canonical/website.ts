import type { BucketSpec } from '../kinds/bucket.ts'
import { type Fields, fieldsOf, text } from './fields.ts'
import type { Json } from './json.ts'

type Website = NonNullable<BucketSpec['website']>

export const isWebsite = ({ indexDocument, redirectAllRequestsTo }: Website): boolean =>
  indexDocument !== undefined || redirectAllRequestsTo !== undefined

export function websiteConfiguration({ indexDocument, errorDocument, redirectAllRequestsTo, routingRules = [] }: Website): Fields {
  return present({
    IndexDocument: indexDocument === undefined ? undefined : { Suffix: indexDocument },
    ErrorDocument: errorDocument === undefined ? undefined : { Key: errorDocument },
    RedirectAllRequestsTo:
      redirectAllRequestsTo && present({ HostName: redirectAllRequestsTo.hostName, Protocol: redirectAllRequestsTo.protocol }),
    RoutingRules:
      routingRules.length === 0
        ? undefined
        : routingRules.map(({ condition, redirect }) =>
            present({
              Condition:
                condition &&
                present({ KeyPrefixEquals: condition.keyPrefixEquals, HttpErrorCodeReturnedEquals: condition.httpErrorCodeReturnedEquals }),
              Redirect: present({
                HostName: redirect.hostName,
                Protocol: redirect.protocol,
                HttpRedirectCode: redirect.httpRedirectCode,
                ReplaceKeyPrefixWith: redirect.replaceKeyPrefixWith,
                ReplaceKeyWith: redirect.replaceKeyWith,
              }),
            }),
          ),
  })
}

/** The order of rules counts: the first that fits. */
export function canonicalWebsite(answer: unknown): Json {
  const { IndexDocument, ErrorDocument, RedirectAllRequestsTo, RoutingRules } = fieldsOf(answer)
  const [suffix, redirect] = [text(fieldsOf(IndexDocument)['Suffix']), fieldsOf(RedirectAllRequestsTo)]
  if (suffix === undefined && redirect['HostName'] === undefined) return 'Off'
  const rules = (Array.isArray(RoutingRules) ? RoutingRules : []).map(fieldsOf)
  return {
    index: suffix,
    error: text(fieldsOf(ErrorDocument)['Key']),
    redirect: { host: text(redirect['HostName']), protocol: text(redirect['Protocol']) },
    rules: rules.map(({ Condition, Redirect }) => [texts(Condition), texts(Redirect)]),
  }
}

const texts = (value: unknown): Json =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([key, each]) => (text(each) === undefined ? [] : [[key, text(each)!] as const])),
  )

const present = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
