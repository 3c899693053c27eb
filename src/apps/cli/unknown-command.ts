import type { Command } from 'commander'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import { UserError } from '../user-error.ts'

/** The error for a word that is no command, with the command that was probably meant. */
export function unknownCommand(word: string, program: Command): UserError {
  const names = program.commands.map(command => command.name())
  const [near] = didYouMean(word, names)
  return new UserError('UNKNOWN_COMMAND', `there is no command "${escapeTerminal(word)}"`, {
    next: near === undefined ? `commands: ${names.join(', ')}` : `did you mean \`breakwater ${near}\`?`,
  })
}
