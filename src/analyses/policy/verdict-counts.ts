import type { Verdict } from '../../model/verdict.ts'

type Decided = 'pass' | 'fail' | 'unknown'

/**
 * How often each rule answered what. Every object has one verdict for every rule; only decisions are written down, the
 * rest is `notApplicable`: another kind, or a pod that is answered at its controller.
 */
export class VerdictCounts {
  private objects = 0
  private readonly decided: Readonly<Record<Decided, Int32Array>>

  constructor(rules: number) {
    this.decided = { pass: new Int32Array(rules), fail: new Int32Array(rules), unknown: new Int32Array(rules) }
  }

  addObject(): void {
    this.objects++
  }

  add(rule: number, verdict: Decided, by = 1): void {
    const column = this.decided[verdict]
    column[rule] = column[rule]! + by
  }

  of(rule: number): Readonly<Record<Verdict, number>> {
    const pass = this.decided.pass[rule]!
    const fail = this.decided.fail[rule]!
    const unknown = this.decided.unknown[rule]!
    return { fail, pass, notApplicable: this.objects - pass - fail - unknown, providerOwned: 0, unknown }
  }

  total(): Readonly<Record<Verdict, number>> {
    const sum = { fail: 0, pass: 0, notApplicable: 0, providerOwned: 0, unknown: 0 }
    for (let rule = 0; rule < this.decided.pass.length; rule++) {
      const { fail, pass, notApplicable, unknown } = this.of(rule)
      sum.fail += fail
      sum.pass += pass
      sum.notApplicable += notApplicable
      sum.unknown += unknown
    }
    return sum
  }
}
