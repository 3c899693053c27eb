import type { Command } from 'commander'

/** Adds a command below another, with what every command has. */
export function addVerb(parent: Command, name: string, summary: string): Command {
  return parent
    .command(name)
    .description(summary)
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 120) })
    .option('--debug', 'print stacks of errors')
}

/** The values of an option that may be given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}
