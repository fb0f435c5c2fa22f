const allow = (...actions: readonly string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })

/** Policies that are there without anybody's making them, the ones for storage and rights of AWS's and Wasabi's many. */
export const AWS_POLICIES: Readonly<Record<string, string>> = {
  AdministratorAccess: allow('*'),
  AmazonS3FullAccess: allow('s3:*'),
  AmazonS3ReadOnlyAccess: allow('s3:Get*', 's3:List*', 's3:Describe*'),
  IAMFullAccess: allow('iam:*'),
  IAMReadOnlyAccess: allow('iam:Get*', 'iam:List*', 'iam:Simulate*'),
  WasabiAdministratorAccess: allow('*'),
  WasabiFullAccess: allow('s3:*'),
  WasabiReadOnlyAccess: allow('s3:Get*', 's3:List*'),
}
