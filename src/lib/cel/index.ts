export {
  type CallExpr,
  type ComprehensionExpr,
  childrenOf,
  type Expr,
  type IdentExpr,
  type ListExpr,
  type LiteralExpr,
  type MapExpr,
  positionAt,
  type SelectExpr,
  type StructExpr,
  walk,
} from './ast.ts'
export { FuseBlown } from './codegen-runtime.ts'
export { EXPRESSION_COST_LIMIT } from './cost.ts'
export { displayText } from './display.ts'
export {
  type Environment,
  type KubernetesOptions,
  kubernetesEnvironment,
  NEWEST_MINOR,
  withVariables,
} from './environment.ts'
export { isEqual } from './equality.ts'
export { estimateCost, type SizeAt } from './estimate.ts'
export type { Range } from './estimate-range.ts'
export { type ExpressionLine, evaluateLine, LineError, parseJsonValue, parseLine } from './evaluate-line.ts'
export type { Activation } from './frame.ts'
export {
  type AdmissionOptions,
  admissionEnvironment,
  variablesType,
} from './kubernetes/admission.ts'
export {
  AUTHORIZER_TYPE,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  type Authorize,
  AuthorizerValue,
  requestResourceCheck,
} from './kubernetes/authorizer.ts'
export { parse } from './parser.ts'
export { printType, printValue } from './print.ts'
export {
  type CompileResult,
  compile,
  type Evaluation,
  type FastEvaluate,
  generateProgram,
  type MakeFunction,
  type Program,
  type Refusal,
} from './program.ts'
export {
  BOOL,
  BYTES,
  CelObject,
  CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listType,
  mapType,
  NULL,
  objectType,
  optionalType,
  STRING,
  TIMESTAMP,
  UINT,
} from './types.ts'
export {
  CelDouble,
  CelDuration,
  CelError,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  CelUnknown,
  type CelValue,
  isList,
  isMap,
  LazyMap,
  StructValue,
  typeOf,
  unknown,
} from './values.ts'
