/** Shells that completions are written for. */
export const shellNames = ['bash', 'zsh', 'fish'] as const;

export type ShellName = (typeof shellNames)[number];

// Each script hands the words up to the cursor to "scattershot completion suggest", which answers with a line a word, its explanation
// after a tab, and with a last line ":files" where files complete too, only those of the endings named after it.

/** Bash takes ":" and "=" for ends of words: what it split there is put together, and its part of a reply cut off again. */
const bash = `# Completions of scattershot for bash. For this shell: source <(scattershot completion bash)
_scattershot() {
  local words=() count=0 word at prefix value about file
  COMPREPLY=()
  for ((at = 1; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if ((count > 0)) && [[ $word == [:=]* || \${words[count - 1]} == *[:=] ]]; then
      words[count - 1]+=$word
    else
      words[count]=$word
      count=$((count + 1))
    fi
  done
  word=\${words[count - 1]}
  prefix=\${word%"\${word##*[:=]}"}
  while IFS=$'\\t' read -r value about; do
    if [[ $value != :files ]]; then
      COMPREPLY+=("\${value#"$prefix"}")
      continue
    fi
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
      if [[ -z $about || -d $file || " $about " == *" .\${file##*.} "* ]]; then COMPREPLY+=("$file"); fi
    done < <(compgen -f -- "\${word#"$prefix"}")
  done < <("\${COMP_WORDS[0]}" completion suggest -- "\${words[@]}" 2>/dev/null)
}
complete -F _scattershot scattershot`;

const zsh = `#compdef scattershot
# Completions of scattershot for zsh. For this shell, after compinit: source <(scattershot completion zsh)
_scattershot() {
  local -a replies
  local value about endings files='' prefix=''
  if [[ \${words[CURRENT]} == --*=* ]]; then prefix=\${words[CURRENT]%%=*}=; fi
  while IFS=$'\\t' read -r value about; do
    if [[ $value == :files ]]; then
      files=yes
      endings=\${about// /|*}
    else
      value=\${value#"$prefix"}
      replies+=("\${value//:/\\\\:}:$about")
    fi
  done < <("\${words[1]}" completion suggest -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  compset -P '--*='
  if ((\${#replies})); then _describe -V scattershot replies; fi
  if [[ -n $files ]]; then
    if [[ -n $endings ]]; then _files -g "(*$endings)"; else _files; fi
  fi
}
if [[ $funcstack[1] == _scattershot ]]; then _scattershot "$@"; else compdef _scattershot scattershot; fi`;

const fish = `# Completions of scattershot for fish. For this shell: scattershot completion fish | source
function __scattershot_suggest
    set -l words (commandline -opc) (commandline -ct)
    set -l current (commandline -ct)
    for line in ($words[1] completion suggest -- $words[2..-1] 2>/dev/null)
        set -l parts (string split -m 1 \\t -- $line)
        if test "$parts[1]" != :files
            echo $line
            continue
        end
        set -l endings (string split ' ' -- $parts[2])
        set -l typed (string replace -r '^-[^=]*=' '' -- $current)
        set -l before (string sub -l (math (string length -- $current) - (string length -- $typed)) -- $current)
        for file in $typed*
            set -l ending (string match -r '\\.[^.]*$' -- $file)
            if test -d $file
                echo $before$file/
            else if test -z "$parts[2]"; or contains -- "$ending" $endings
                echo $before$file
            end
        end
    end
end
complete -c scattershot -f -a '(__scattershot_suggest)'`;

export const completionScripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };
