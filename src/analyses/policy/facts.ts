import type { JsonObject } from '../../lib/json/json-value.ts'
import type { Evidence } from '../../model/finding.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import type { Severity } from '../../model/severity.ts'
import type { ObjectRef } from '../../model/subject.ts'

/** A finding before everything was read: located, without a fingerprint. */
export interface DraftHead {
  /** Index of the rule in the plan. */
  readonly rule: number
  readonly verdict: 'fail' | 'unknown'
  readonly subject: ObjectRef
  readonly source: ObjectSource
  readonly message: string
  readonly reason: string | undefined
  readonly elements: readonly LocatedElement[]
  /** Where it is another than the rule's. */
  readonly severity: Severity | undefined
  /** Equal for drafts about the same object. */
  readonly object: number
  /** True where a pod that a controller made says it, and not the controller's template. */
  readonly fromPod: boolean
}

/** The whole of it. Travels between threads. */
export interface Draft extends DraftHead {
  readonly evidence: readonly Evidence[]
}

export interface LocatedElement extends Position {
  readonly key: string
  readonly source: ObjectSource
}

/** An object whose answer to a policy has to wait, reduced to what the policy reads. */
export interface Deferred {
  /** Index of the policy in the plan. */
  readonly policy: number
  readonly object: JsonObject
  readonly source: ObjectSource
  readonly serial: number
  readonly fromPod: boolean
  /** Places that may have to be pointed at, by the JSON pointer of what the policy read there. */
  readonly positions: readonly (readonly [pointer: string, position: Position])[]
}

/** Pods and workloads that one controller made, answered as one. */
export interface Group {
  readonly owner: ObjectRef
  /** The workload behind a ReplicaSet, as the hash of a pod says. */
  readonly behind: ObjectRef | undefined
  /** For each rule that was answered, its gravest verdict. */
  readonly verdicts: readonly (readonly [rule: number, verdict: 'fail' | 'unknown' | 'pass'])[]
  readonly drafts: readonly Draft[]
  readonly deferred: readonly Deferred[]
}

/** An object that answers about others may need, with the file that says which of two of one name counts. */
export interface SeenObject {
  readonly file: string
  readonly object: JsonObject
}

/** What one part of a scan has to tell the others, small and free of functions. */
export interface PolicyFacts {
  /** Numbers of the identities of all objects that stand for themselves. */
  readonly identities: Float64Array
  /** Numbers of the identities of objects at which pods can be reported. */
  readonly workloads: Float64Array
  /** Their files, in the same order. */
  readonly workloadFiles: readonly string[]
  readonly definedKinds: readonly (readonly [
    kind: string,
    defined: { readonly resource: string; readonly namespaced: boolean },
  ])[]
  readonly namespaces: readonly SeenObject[]
  /** Objects of kinds that policies look up. */
  readonly lookups: readonly SeenObject[]
  /** The controllers that workloads name, by identity. */
  readonly owners: readonly (readonly [identity: string, owner: ObjectRef])[]
  readonly groups: readonly Group[]
}
