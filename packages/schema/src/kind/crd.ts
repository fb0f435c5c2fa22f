import { deepFreeze } from '@kubewright/core'
import type { CrdManifest, WebhookClientConfig } from '../structural/structural.ts'
import type { ConvertedVersion } from './crd-version.ts'
import type { Names } from './naming.ts'

/** What a CRD says of its kind as a whole. */
export interface CrdParts extends Names {
  readonly group: string
  readonly kind: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly annotations: Readonly<Record<string, string>> | undefined
  /** The hub first. */
  readonly versions: readonly ConvertedVersion[]
  readonly storage: string
  /** Whether a version differs from another in more than its name, so that only this program can convert. */
  readonly converted: boolean
}

/** What of a CRD depends on where it is installed. */
export interface CrdOptions {
  /**
   * Where the API server finds the program's conversion webhook. Without it, of a kind with converters only the stored version is served: the API
   * server would otherwise hand out objects of one version under the name of another.
   */
  readonly conversion?: WebhookClientConfig
}

/** The CRD of a kind: equal definitions give equal text. */
export function crdOf(parts: CrdParts, { conversion }: CrdOptions = {}): CrdManifest {
  const { group, kind, plural, singular, listKind, shortNames, categories, scope, labels, annotations, versions, storage, converted } =
    parts
  const convertible = !converted || conversion !== undefined
  return deepFreeze({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) },
    spec: {
      group,
      names: {
        kind,
        listKind,
        plural,
        singular,
        ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
        ...(categories.length > 0 && { categories: [...categories] }),
      },
      scope,
      versions: versions.map(({ name, crd }) => ({
        ...crd,
        served: crd.served && (convertible || name === storage),
        storage: name === storage,
      })),
      ...(converted &&
        conversion !== undefined && {
          conversion: {
            strategy: 'Webhook' as const,
            webhook: { clientConfig: conversion, conversionReviewVersions: ['v1'] },
          },
        }),
    },
  })
}
