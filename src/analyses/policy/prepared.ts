import type { PortableExpression } from '../../lib/cel/portable.ts'
import type { Policy } from '../../model/policy.ts'

/** Expressions of policies that ship, as the build prepared them; read from its text only as far as they are asked for. */
export class PreparedExpressions {
  /** The minor version of Kubernetes for which they were checked. */
  readonly minor: number
  private readonly conditions: PreparedHead['conditions']
  private readonly lines = new Map<string, string>()

  constructor(text: string) {
    const [head, ...lines] = text.split('\n')
    const { minor, conditions } = JSON.parse(head!) as PreparedHead
    this.minor = minor
    this.conditions = conditions
    for (const line of lines) {
      const tab = line.indexOf('\t')
      this.lines.set(line.slice(0, tab), line.slice(tab + 1))
    }
  }

  condition(text: string): PortableExpression | undefined {
    return Object.hasOwn(this.conditions, text) ? this.conditions[text] : undefined
  }

  of(policy: Policy): PreparedPolicy | undefined {
    const line = this.lines.get(keyOf(policy))
    return line === undefined ? undefined : (JSON.parse(line) as PreparedPolicy)
  }
}

/** The first line of the text. */
export interface PreparedHead {
  readonly minor: number
  /** By their text, which most policies share. */
  readonly conditions: Readonly<Record<string, PortableExpression>>
}

/** By the order of the policy's own lists; `null` for what has to be compiled where it runs. */
export interface PreparedPolicy {
  readonly variables: readonly (PortableExpression | null)[]
  readonly validations: readonly (PortableExpression | null)[]
  readonly messages: readonly (PortableExpression | null)[]
}

/** What a policy is called in the text. */
export function keyOf({ kind, name, file }: Policy): string {
  return `${file} ${kind} ${name}`
}
