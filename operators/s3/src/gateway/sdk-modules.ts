// By name, and not by `import()` of each package: they are CommonJS, and a bundler makes of such an import an object that has nothing but a default.
export * as iam from '@aws-sdk/client-iam'
export * as s3 from '@aws-sdk/client-s3'
export * as sts from '@aws-sdk/client-sts'
