import { fieldsOf, text } from './fields.ts'
import type { Json } from './json.ts'
import { asSet } from './order.ts'

const LOG_DELIVERY = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

/** What the canned ones give, besides all to the owner. */
const CANNED = {
  private: [],
  'log-delivery-write': [`${LOG_DELIVERY} READ_ACP`, `${LOG_DELIVERY} WRITE`],
} as const

export const cannedGrants = (acl: unknown): Json => CANNED[acl as keyof typeof CANNED]

/** What an ACL gives to others than the owner. Some servers do not say who that is: then it is who has all. */
export function canonicalAcl(answer: unknown): Json {
  const { Owner, Grants } = fieldsOf(answer)
  const owner = text(fieldsOf(Owner)['ID'])
  const grants = (Array.isArray(Grants) ? Grants : []).map(fieldsOf)
  return asSet(
    grants.flatMap(({ Grantee, Permission }) => {
      const { URI, ID } = fieldsOf(Grantee)
      const isOwner = URI === undefined && Permission === 'FULL_CONTROL' && (owner === undefined || ID === owner)
      return isOwner ? [] : [`${text(URI) ?? text(ID) ?? ''} ${text(Permission) ?? ''}`]
    }),
  )
}
