import { define, type Library, overload } from '../functions.ts'
import { mapType, typeParam } from '../types.ts'

const K = typeParam('K')
const V = typeParam('V')
const MAP_KV = mapType(K, V)

/** What the expansions of `transformMap` and `transformMapEntry` call; the back-ends build the map in place. */
export const TWO_VARIABLES: Library = {
  name: 'comprehensions.v2',
  functions: [
    define(
      'cel.@mapInsert',
      overload('@mapInsert_map_key_value', [MAP_KV, K, V], MAP_KV),
      overload('@mapInsert_map_map', [MAP_KV, MAP_KV], MAP_KV),
    ),
  ],
}
