// Every answer that is not an object: Status objects with the real server's codes, reasons and texts.
export * from './field-causes.ts'
export * from './refusal.ts'
