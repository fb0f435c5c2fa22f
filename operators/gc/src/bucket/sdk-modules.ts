// By name, and not by `import()` of the package: it is CommonJS, and a bundler makes of such an import an object that has nothing but a default.
export * as s3 from '@aws-sdk/client-s3'
