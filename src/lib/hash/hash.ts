/** A cryptographic digest of UTF-8 text, in lower-case hexadecimal. Passed in, because pure folders have no crypto. */
export type Sha256 = (text: string) => string
