/** Shells that completion is there for. */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

// Each script asks the command itself what can stand at the cursor: a line a candidate, with a tab before its meaning; ":files" leaves it to the shell.
const bash = `# kafka-ts completion for bash: source <(kafka-ts completion bash)
_kafka_ts() {
  # Bash cuts words at "=" and ":"; they are put together again, and what stands before the last cut is taken off the candidates.
  local i word words=() before=
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ ( $word == = || $word == : ) && \${#words[@]} -gt 0 ]]; then
      words[-1]+=$word
      before=\${words[-1]}
    elif [[ -n $before && \${words[-1]} == "$before" ]]; then
      words[-1]+=$word
    else
      words+=("$word")
      before=
    fi
  done
  local value _ isOpen=
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ $value == :files ]]; then
      compopt -o default
      return
    fi
    COMPREPLY+=("\${value#"$before"}")
    [[ $value == *= ]] && isOpen=1
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  [[ -n $isOpen ]] && compopt -o nospace
  return 0
}
complete -F _kafka_ts kafka-ts
`

const zsh = `#compdef kafka-ts
# kafka-ts completion for zsh: source <(kafka-ts completion zsh)
_kafka_ts() {
  local line value
  local -a candidates
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=\${line%%$'\\t'*}
    [[ -z $value ]] && continue
    if [[ $value == :files ]]; then
      _files
      return
    fi
    candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'kafka-ts' candidates
}
compdef _kafka_ts kafka-ts
`

const fish = `# kafka-ts completion for fish: kafka-ts completion fish | source
function __kafka_ts_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete -- $words[2..] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c kafka-ts -f -a '(__kafka_ts_complete)'
`

/** What a shell reads to complete the command. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
