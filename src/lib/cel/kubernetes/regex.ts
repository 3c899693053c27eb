import { compilePattern } from '../../regex/pattern.ts'
import { define, type Library, member } from '../functions.ts'
import { INT, listType, STRING } from '../types.ts'
import { CelError, type CelValue } from '../values.ts'

const STRINGS = listType(STRING)

function findAll(text: CelValue | undefined, pattern: CelValue | undefined, limit: CelValue): CelValue {
  const compiled = compilePattern(pattern as string)
  return 'error' in compiled ? illegal(compiled.error) : compiled.findAll(text as string, Number(limit))
}

function illegal(message: string): CelError {
  return new CelError(`Illegal regex: ${message}`)
}

export const REGEX: Library = {
  name: 'kubernetes.regex',
  functions: [
    define(
      'find',
      member('string_find_string', [STRING, STRING], STRING, (text, pattern) => {
        const compiled = compilePattern(pattern as string)
        return 'error' in compiled ? illegal(compiled.error) : (compiled.find(text as string) ?? '')
      }),
    ),
    define(
      'findAll',
      member('string_find_all_string', [STRING, STRING], STRINGS, (text, pattern) => findAll(text, pattern, -1)),
      member('string_find_all_string_int', [STRING, STRING, INT], STRINGS, (text, pattern, limit) =>
        findAll(text, pattern, limit!),
      ),
    ),
  ],
}
