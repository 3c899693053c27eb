import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperatorPower } from '../../model/access.ts'
import { packageRoot } from './package-files.ts'

/** Custom resources that an operator turns into more than their writer may write. */
export function operatorPowers(): readonly OperatorPower[] {
  const text = readFileSync(join(packageRoot(), 'data', 'operator-powers.json'), 'utf8')
  return (JSON.parse(text) as { readonly entries: readonly OperatorPower[] }).entries
}
