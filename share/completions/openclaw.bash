# SPDX-License-Identifier: MIT
# Made from the table of commands; do not edit.
_openclaw() {
  local word=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} list=
  if [ "$COMP_CWORD" -eq 1 ]; then
    list='ask audit backup check host listen-matrix listen-telegram matrix policy run-job send version'
  else
    case "$first $second" in
      'ask '*) list='--help -a --agent -m --model -f --file -s --system -p --place -c --continue --conversation --fork --no-tools --tool --schema --json --jsonl --no-stream --extract --extract-last --max-cost --max-turns --timeout -u --usage --dry-run --config --state' ;;
      'run-job '*) list='--help --event --key --scheduled --deliver --again --force --slot --dry-run --no-model -o --output --explain --recover --list --json --config --state' ;;
      'send '*) list='--help --silent --json --config --state' ;;
      'host '*) list='--help --since --json --config --state' ;;
      'listen-matrix '*) list='--help --config --state' ;;
      'listen-telegram '*) list='--help --check --config --state' ;;
      'audit query') list='--help --by --since --until -z --zone --agent --model --provider --job --place --person --trigger --tool --decision --outcome --request-id --conversation --min-cost --compare --no-compare --latency --cache --budget --sort --reverse --limit --no-cost --no-chart --format --json --fail-over --sql --config --state' ;;
      'audit show') list='--help --json --config --state' ;;
      'audit tail') list='--help -n --lines -f --follow --jsonl --config --state' ;;
      'audit export') list='--help --jsonl --otlp-json --since --config --state' ;;
      'audit verify') list='--help --journal --expect --accept --json --config --state' ;;
      'audit prune') list='--help --bodies --rows --config --state' ;;
      'policy explain') list='--help --from --agent --tool --args --taint --json --config --state' ;;
      'policy test') list='--help --config --state' ;;
      'policy matrix') list='--help --diff --json --config --state' ;;
      'matrix new-keys') list='--help --config --state' ;;
      'matrix login') list='--help --new-device --config --state' ;;
      'matrix status') list='--help --json --config --state' ;;
      'matrix rooms') list='--help --config --state' ;;
      'matrix verify') list='--help --config --state' ;;
      'matrix reset-identity') list='--help --yes --config --state' ;;
      'matrix recover') list='--help --config --state' ;;
      'check '*) list='--help --next --live --render-units --program --json --config --state' ;;
      'backup '*) list='--help --config --state' ;;
      'version '*) list='--help --json --config --state' ;;
    esac
    if [ "$COMP_CWORD" -eq 2 ]; then
      case $first in
        audit) list='query show tail export verify prune' ;;
        matrix) list='new-keys login status rooms verify reset-identity recover' ;;
        policy) list='explain test matrix' ;;
      esac
    fi
  fi
  COMPREPLY=($(compgen -W "$list" -- "$word"))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _openclaw openclaw
