import type { PlannedRule } from './plan.ts'

/** The frameworks and other names that a finding bears: those of its rule, then those of the rules it stands for. */
export class Labels {
  readonly frameworks: readonly string[]
  readonly aliases: readonly string[]
  /** The same few combinations come again and again. */
  private readonly joined = new Map<PlannedRule, Labels>()

  private constructor(frameworks: Iterable<string>, aliases: Iterable<string>) {
    this.frameworks = [...new Set(frameworks)]
    this.aliases = [...new Set(aliases)]
  }

  static of(rule: PlannedRule): Labels {
    let labels = ofRules.get(rule)
    if (labels === undefined) {
      labels = new Labels(rule.meta.frameworks, rule.aliases)
      ofRules.set(rule, labels)
    }
    return labels
  }

  with(hidden: PlannedRule): Labels {
    let labels = this.joined.get(hidden)
    if (labels === undefined) {
      labels = new Labels([...this.frameworks, ...hidden.meta.frameworks], [...this.aliases, ...hidden.aliases])
      // Nothing is added twice, so that chains stay short whatever a hostile input hides.
      if (this.equals(labels)) labels = this
      this.joined.set(hidden, labels)
    }
    return labels
  }

  private equals({ frameworks, aliases }: Labels): boolean {
    return frameworks.length === this.frameworks.length && aliases.length === this.aliases.length
  }
}

const ofRules = new WeakMap<PlannedRule, Labels>()
