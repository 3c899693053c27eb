import { z } from 'zod'
import { severities } from '../../model/severity.ts'
import { defaultSettings } from './settings.ts'
import { parseByteSize } from './units.ts'

/**
 * The one schema of the settings. It validates files and environment, gives the JSON Schema for editors and the
 * documentation page. `trust: 'user'` marks what a repository's own file may not set, because that file comes from
 * whoever wrote the repository and not from the person who runs the scan.
 */
const severity = z.enum(severities)
const bytes = (description: string) =>
  z
    .union([
      z.number().int().positive(),
      z.string().transform((text, context) => parseByteSize(text) ?? bad(context, 'a size such as 16MiB')),
    ])
    .meta({ description, trust: 'user' })
const count = (description: string) => z.number().int().positive().meta({ description, trust: 'user' })
const list = (description: string, meta: Record<string, unknown> = {}) =>
  z.array(z.string()).meta({ description, ...meta })

function bad(context: z.core.$RefinementCtx, expected: string): never {
  context.addIssue({ code: 'custom', message: `expected ${expected}` })
  return z.NEVER
}

const { scan } = defaultSettings

export const settingsSchema = z
  .strictObject({
    color: z
      .enum(['auto', 'always', 'never'])
      .meta({ description: 'Colours in the output for people.', default: defaultSettings.color, trust: 'user' }),
    scan: z
      .strictObject({
        exclude: list('Globs of files and folders that are not read. They are counted in the summary.', {
          default: scan.exclude,
        }),
        rules: list('Only these rules run, whatever the pack.', { default: scan.rules }),
        packs: list('Packs of rules that run.', { default: scan.packs }),
        policies: list('Files or folders with policies of your own, run beside the packs.', { default: scan.policies }),
        severity: severity.meta({ description: 'Findings below this severity are not shown.', default: scan.severity }),
        severities: z
          .record(z.string(), z.enum([...severities, 'off']))
          .meta({ description: 'Another severity for a rule, or `off`.', default: scan.severities }),
        params: z
          .record(
            z.string(),
            z.record(
              z.string(),
              z.union([z.string(), z.number(), z.array(z.string())], 'expected text, a number or a list of texts'),
            ),
          )
          .meta({ description: 'Parameters of rules: `RULE` to `name` to value.', default: scan.params }),
        failOn: z.enum([...severities, 'none', 'auto']).meta({
          description: 'Exit with 1 from this severity on. `auto` is `high` where CI=true and `none` elsewhere.',
          default: scan.failOn,
        }),
        where: z.string().meta({
          description: 'A CEL expression over findings; only those for which it is true are shown.',
          default: scan.where,
        }),
        namespace: z
          .string()
          .min(1)
          .meta({ description: 'Namespace of objects that name none.', default: scan.namespace }),
        target: z
          .string()
          .regex(/^1\.\d{1,2}$/, 'expected a Kubernetes minor such as 1.37')
          .meta({ description: 'Kubernetes minor the manifests are for.', default: scan.target }),
        pssVersion: z
          .string()
          .regex(/^(latest|1\.\d{1,2})$/, 'expected a Kubernetes minor such as 1.37, or latest')
          .meta({
            description: 'Version of the Pod Security Standards that the `pss-*` packs hold to.',
            default: scan.pssVersion,
          }),
        maxUnknown: z.number().int().min(-1).meta({
          description: 'More unknown verdicts than this make the run incomplete; -1 is no bound.',
          default: scan.maxUnknown,
        }),
        output: list(
          'Formats, each `FORMAT` or `FORMAT=FILE`. In a repository file, files must lie inside the repository.',
          { default: scan.output },
        ),
        workers: z.number().int().min(0).max(16).meta({
          description: 'Threads beside the main one; 0 decides by the amount of input.',
          default: scan.workers,
          trust: 'user',
        }),
      })
      .partial(),
    input: z
      .strictObject({
        maxDocumentBytes: bytes('Longest document or List item.'),
        maxFiles: count('Most files of one run.'),
        maxFolderDepth: count('Deepest folder.'),
        maxDepth: count('Deepest nesting of one document.'),
        maxSlowNodes: count('Most nodes of a document that only the complete, slower reader can read.'),
        maxAliasNodes: count('Most nodes that aliases may expand to in one document.'),
        maxDocuments: count('Most documents of one stream.'),
        maxStringBytes: bytes('Longest string.'),
      })
      .partial(),
    inventory: z
      .strictObject({
        podPaths: z
          .record(
            z.string().regex(/^[\w.-]+\/[A-Za-z]\w*$/, 'expected GROUP/Kind'),
            z.string().regex(/^[\w.]+$/, 'expected a path such as spec.template'),
          )
          .meta({
            description: 'Custom kinds that carry a pod template: `GROUP/Kind` to the path of the template.',
            default: {},
          }),
      })
      .partial(),
  })
  .partial()
