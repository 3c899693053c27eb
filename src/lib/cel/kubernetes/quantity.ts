import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  integerOfQuantity,
  negatedQuantity,
  parseQuantity,
  type Quantity,
} from '../../quantity/quantity.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { BOOL, type CelType, DOUBLE, INT, objectType, STRING } from '../types.ts'
import { CelDouble, CelError, type CelValue, int64, KubernetesValue, NO_SUCH_OVERLOAD } from '../values.ts'

const QUANTITY_TYPE = objectType('kubernetes.Quantity')

class QuantityValue extends KubernetesValue {
  readonly quantity: Quantity
  /** Results of arithmetic: the server cannot compare anything with one on the right-hand side. */
  readonly computed: boolean

  constructor(quantity: Quantity, computed = false) {
    super()
    this.quantity = quantity
    this.computed = computed
  }

  get type(): CelType {
    return QUANTITY_TYPE
  }

  equals(other: CelValue): boolean | CelError {
    if (!(other instanceof QuantityValue) || other.computed) return NO_SUCH_OVERLOAD
    return compareQuantities(this.quantity, other.quantity) === 0
  }

  display(): string {
    return formatQuantity(this.quantity)
  }
}

const of = (value: CelValue | undefined): Quantity => (value as QuantityValue).quantity
const ofInt = (value: CelValue | undefined): Quantity => ({
  value: BigInt(value as number | bigint),
  scale: 0,
  format: 'exponent',
  exact: true,
  text: undefined,
})
const Q = QUANTITY_TYPE

export const QUANTITY: Library = {
  name: 'kubernetes.quantity',
  functions: [
    define(
      'quantity',
      overload('string_to_quantity', [STRING], Q, text => {
        const quantity = parseQuantity(text as string)
        return typeof quantity === 'string' ? new CelError(quantity) : new QuantityValue(quantity)
      }),
    ),
    define(
      'isQuantity',
      overload('is_quantity_string', [STRING], BOOL, text => typeof parseQuantity(text as string) !== 'string'),
    ),
    define(
      'sign',
      overload('quantity_sign', [Q], INT, q => (of(q).value < 0n ? -1 : of(q).value > 0n ? 1 : 0)),
    ),
    define(
      'isGreaterThan',
      member('quantity_is_greater_than', [Q, Q], BOOL, (a, b) => compareQuantities(of(a), of(b)) === 1),
    ),
    define(
      'isLessThan',
      member('quantity_is_less_than', [Q, Q], BOOL, (a, b) => compareQuantities(of(a), of(b)) === -1),
    ),
    define(
      'compareTo',
      member('quantity_compare_to', [Q, Q], INT, (a, b) => compareQuantities(of(a), of(b))),
    ),
    define(
      'asApproximateFloat',
      member('quantity_get_float', [Q], DOUBLE, q => approximate(of(q))),
    ),
    define(
      'asInteger',
      member('quantity_get_int', [Q], INT, q => {
        const integer = integerOfQuantity(of(q))
        return integer === undefined ? new CelError('cannot convert value to integer') : int64(integer)
      }),
    ),
    define(
      'isInteger',
      member('quantity_is_integer', [Q], BOOL, q => integerOfQuantity(of(q)) !== undefined),
    ),
    define(
      'add',
      member('quantity_add', [Q, Q], Q, (a, b) => new QuantityValue(addQuantities(of(a), of(b)), true)),
      member('quantity_add_int', [Q, INT], Q, (a, b) => new QuantityValue(addQuantities(of(a), ofInt(b)), true)),
    ),
    define(
      'sub',
      member(
        'quantity_sub',
        [Q, Q],
        Q,
        (a, b) => new QuantityValue(addQuantities(of(a), negatedQuantity(of(b))), true),
      ),
      member(
        'quantity_sub_int',
        [Q, INT],
        Q,
        (a, b) => new QuantityValue(addQuantities(of(a), negatedQuantity(ofInt(b))), true),
      ),
    ),
  ],
}

function approximate({ value, scale }: Quantity): CelValue {
  const base = Number(value)
  return CelDouble.of(scale === 0 ? base : scale < -323 ? 0 : base * Number(`1e${scale}`))
}
