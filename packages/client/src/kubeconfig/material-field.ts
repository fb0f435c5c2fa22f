import { resolve } from 'node:path'
import { type FileMaterialOptions, fileMaterial, fixedMaterial, type Material } from '../identity/material.ts'
import { pemOf } from '../identity/pem.ts'
import type { Fields } from './fields.ts'
import type { Problems } from './problems.ts'

/** The pair `KEY` (a file) and `KEY-data` (base64); the data wins, as in client-go. */
export function materialOf(
  fields: Fields,
  folder: string,
  key: string,
  files: FileMaterialOptions,
  problems: Problems,
): Material | undefined {
  const data = fields.text(`${key}-data`)
  if (data !== undefined) {
    const pem = pemOf(data)
    if (pem === undefined) problems.add(`${fields.where(`${key}-data`)} is not the base64 of a PEM file: "base64 -w0 FILE" makes it`)
    return fixedMaterial(fields.where(`${key}-data`), pem ?? '')
  }
  const path = fields.text(key)
  return path === undefined ? undefined : fileMaterial(resolve(folder, path), files)
}
