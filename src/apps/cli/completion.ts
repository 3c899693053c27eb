import type { Command } from 'commander'
import { UserError } from '../user-error.ts'

/** The completion script of a shell, made from the tree of commands. */
export function completionScript(shell: string, program: Command): string {
  const commands = program.commands.map(command => ({
    name: command.name(),
    summary: command.description(),
    options: command.options.map(option => ({
      long: option.long ?? '',
      short: option.short ?? '',
      summary: option.description,
      choices: option.argChoices ?? [],
    })),
  }))
  const make = { bash, zsh, fish, pwsh }[shell]
  if (make === undefined) {
    throw new UserError('UNKNOWN_SHELL', `there is no completion for "${shell}"`, {
      next: 'use bash, zsh, fish or pwsh',
    })
  }
  return make(commands)
}

interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly options: readonly {
    readonly long: string
    readonly short: string
    readonly summary: string
    readonly choices: readonly string[]
  }[]
}

const words = (command: CommandWords) =>
  command.options.flatMap(option => [option.long, option.short]).filter(word => word !== '')

function bash(commands: readonly CommandWords[]): string {
  const cases = commands.map(command => `    ${command.name}) words='${words(command).join(' ')}' ;;`).join('\n')
  const choices = [
    ...new Map(
      commands.flatMap(command =>
        command.options.filter(o => o.choices.length > 0).map(o => [o.long, o.choices.join(' ')]),
      ),
    ).entries(),
  ]
    .map(([long, values]) => `    ${long}) COMPREPLY=($(compgen -W '${values}' -- "$current")); return ;;`)
    .join('\n')
  return `_breakwater() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
${choices}
  esac
  case "\${COMP_WORDS[1]}" in
${cases}
    *) words='${commands.map(command => command.name).join(' ')} --help --version --completion' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _breakwater breakwater
`
}

function zsh(commands: readonly CommandWords[]): string {
  const quote = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll(':', '\\:')
  const cases = commands
    .map(command => {
      const specs = command.options
        .filter(option => option.long !== '')
        .map(
          option =>
            `'${option.long}[${quote(option.summary)}]${option.choices.length > 0 ? `:value:(${option.choices.join(' ')})` : ''}'`,
        )
      return `    ${command.name}) _arguments ${specs.join(' ')} '*:file:_files' ;;`
    })
    .join('\n')
  return `#compdef breakwater
_breakwater() {
  local -a commands=(${commands.map(command => `'${command.name}:${quote(command.summary)}'`).join(' ')})
  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi
  local verb=$words[2]
  shift words; (( CURRENT-- ))
  case $verb in
${cases}
  esac
}
compdef _breakwater breakwater
`
}

function fish(commands: readonly CommandWords[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return commands
    .flatMap(command => [
      `complete -c breakwater -n __fish_use_subcommand -f -a ${command.name} -d ${quote(command.summary)}`,
      ...command.options.map(option => {
        const short = option.short === '' ? '' : ` -s ${option.short.slice(1)}`
        const choices = option.choices.length === 0 ? '' : ` -x -a ${quote(option.choices.join(' '))}`
        return `complete -c breakwater -n '__fish_seen_subcommand_from ${command.name}' -l ${option.long.slice(2)}${short}${choices} -d ${quote(option.summary)}`
      }),
    ])
    .join('\n')
    .concat('\n')
}

function pwsh(commands: readonly CommandWords[]): string {
  const list = (values: readonly string[]) => values.map(value => `'${value}'`).join(', ')
  const cases = commands.map(command => `    '${command.name}' { @(${list(words(command))}) }`).join('\n')
  return `Register-ArgumentCompleter -Native -CommandName breakwater -ScriptBlock {
  param($word, $ast, $position)
  $verb = $ast.CommandElements[1].Value
  $words = switch ($verb) {
${cases}
    default { @(${list(commands.map(command => command.name))}) }
  }
  $words | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`
}
