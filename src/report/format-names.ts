/** The formats in the order in which help lists them. Apart from the renderers, so that naming one loads none. */
export const formatNames = [
  'table',
  'compact',
  'json',
  'ndjson',
  'sarif',
  'junit',
  'html',
  'markdown',
  'gitlab',
  'github',
  'azure',
  'csv',
] as const
