import type { Subject } from './access.ts'

/** What the records of a cloud say about who is who in a cluster; the form of `rbac import`. */
export interface IdentityFacts {
  readonly schema: 'breakwater/identity/v1'
  readonly provider: 'entra' | 'aws' | 'gcp'
  /** What an opaque name in a binding stands for. */
  readonly names: readonly { readonly subject: Subject; readonly name: string; readonly members: number | null }[]
  /** Rights that the cloud gives beside the cluster's own bindings, as bindings of the roles that they amount to. */
  readonly grants: readonly CloudGrant[]
  /** ServiceAccounts that act as an identity of the cloud. */
  readonly workloads: readonly { readonly namespace: string; readonly name: string; readonly identity: string }[]
  /** What was seen and is not understood, so that nobody takes silence for "no". */
  readonly unread: readonly string[]
}

export interface CloudGrant {
  readonly subject: Subject
  /** A role that ships with Kubernetes. */
  readonly role: 'cluster-admin' | 'admin' | 'edit' | 'view'
  /** `null` is everywhere. */
  readonly namespace: string | null
  /** The assignment in the cloud's own words, with its scope. */
  readonly origin: string
}
