import { isEqual } from '../equality.ts'
import { define, type Library, overload } from '../functions.ts'
import { BOOL, listType, typeParam } from '../types.ts'
import type { CelValue } from '../values.ts'

const LIST_T = listType(typeParam('T'))

const has = (list: CelValue | undefined, item: CelValue): boolean =>
  (list as readonly CelValue[]).some(other => isEqual(item, other))

const covers = (list: CelValue | undefined, part: CelValue | undefined): boolean =>
  (part as readonly CelValue[]).every(item => has(list, item))

export const SETS: Library = {
  name: 'sets',
  functions: [
    define('sets.contains', overload('list_sets_contains_list', [LIST_T, LIST_T], BOOL, covers)),
    define(
      'sets.equivalent',
      overload('list_sets_equivalent_list', [LIST_T, LIST_T], BOOL, (a, b) => covers(a, b) && covers(b, a)),
    ),
    define(
      'sets.intersects',
      overload('list_sets_intersects_list', [LIST_T, LIST_T], BOOL, (a, b) =>
        (a as readonly CelValue[]).some(item => has(b, item)),
      ),
    ),
  ],
}
