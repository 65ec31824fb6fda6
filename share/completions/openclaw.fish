# SPDX-License-Identifier: MIT
# Made from the table of commands; do not edit.
complete -c openclaw -n __fish_use_subcommand -a ask
complete -c openclaw -n __fish_use_subcommand -a audit
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a query
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a show
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a tail
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a export
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a verify
complete -c openclaw -n '__fish_seen_subcommand_from audit' -a prune
complete -c openclaw -n __fish_use_subcommand -a backup
complete -c openclaw -n __fish_use_subcommand -a check
complete -c openclaw -n __fish_use_subcommand -a host
complete -c openclaw -n __fish_use_subcommand -a listen-matrix
complete -c openclaw -n __fish_use_subcommand -a listen-telegram
complete -c openclaw -n __fish_use_subcommand -a matrix
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a new-keys
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a login
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a status
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a rooms
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a verify
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a reset-identity
complete -c openclaw -n '__fish_seen_subcommand_from matrix' -a recover
complete -c openclaw -n __fish_use_subcommand -a policy
complete -c openclaw -n '__fish_seen_subcommand_from policy' -a explain
complete -c openclaw -n '__fish_seen_subcommand_from policy' -a test
complete -c openclaw -n '__fish_seen_subcommand_from policy' -a matrix
complete -c openclaw -n __fish_use_subcommand -a run-job
complete -c openclaw -n __fish_use_subcommand -a send
complete -c openclaw -n __fish_use_subcommand -a version
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l agent -s a -r -d 'who answers; left out where one is meant'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l model -s m -r -d 'another line of models, or provider:model'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l file -s f -r -d 'a text or picture to send along'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l system -s s -r -d 'instead of the agent'\''s prompt'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l place -s p -r -d 'which shell place, where there are several'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l continue -s c -d 'go on with the latest conversation; -c PLACE: with a chat'\''s'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l conversation -r -d 'go on with this one'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l fork -r -d 'begin a new one from this one'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l no-tools -d 'no tool is offered'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l tool -r -d 'only this tool'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l schema -r -d 'the answer must fit this JSON Schema (else exit 65)'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l json -d 'one record instead of the answer'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l jsonl -d 'pieces as they come, then the record'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l no-stream -d 'ask the vendor for the answer in one piece'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l extract -d 'only the first fenced block'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l extract-last -d 'only the last fenced block'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l max-cost -r -d 'spend no more on this (else exit 5)'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l max-turns -r -d 'no more model calls than this'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l timeout -r -d 'like 90s (else exit 6)'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l usage -s u -d 'the usage line also where stderr is no terminal'
complete -c openclaw -n '__fish_seen_subcommand_from ask' -l dry-run -d 'print the exact request and its price, send nothing'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l event -r -d 'for a text from outside, "-" = stdin: a slot of its own'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l key -r -d 'with --event: what makes it the same event, instead of its text'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l scheduled -d 'as the timer does: claims the schedule'\''s slot, obeys max_late'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l deliver -d 'to the job'\''s places, as its timer would, instead of stdout'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l again -d 'show once more what this slot delivered'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l force -d 'make a new one although the slot is done'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l slot -r -d 'another slot than today'\''s'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l dry-run -d 'gather and print; keep nothing, ask no model'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l no-model -d 'the plain rendering, without a model'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l output -s o -r -d 'into a file, replaced as a whole, instead of stdout'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l explain -d 'which slot it is now, and why; changes nothing'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l recover -d 'finish what a process that is gone left half done'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l list -d 'all jobs: next, last, took, cost, the last ten'
complete -c openclaw -n '__fish_seen_subcommand_from run-job' -l json -d 'with --list: one record'
complete -c openclaw -n '__fish_seen_subcommand_from send' -l silent -d 'nobody'\''s phone makes a sound'
complete -c openclaw -n '__fish_seen_subcommand_from send' -l json -d 'place and id as one record'
complete -c openclaw -n '__fish_seen_subcommand_from host' -l since -r -d 'journal errors from then on; else of the last day'
complete -c openclaw -n '__fish_seen_subcommand_from host' -l json -d 'a line for each reading: what another machine'\''s source wants'
complete -c openclaw -n '__fish_seen_subcommand_from listen-telegram' -l check -d 'whether token, webhook, privacy mode and places fit; then end'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l by -r -d 'agent, model, provider, day, week, month, hour, job, place, person, tool, decision, conversation, outcome, trigger'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l since -r -d 'default monday; 2026-11-01, 7d, yesterday, month'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l until -r -d 'default now'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l zone -s z -r -d 'days and hours of this zone'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l agent -r -d 'only this agent'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l model -r -d 'only this model'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l provider -r -d 'only this provider'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l job -r -d 'only this job'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l place -r -d 'only this place'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l person -r -d 'only this person'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l trigger -r -d 'only ask, job, matrix, telegram'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l tool -r -d 'only this tool'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l decision -r -d 'only allow, confirm, deny'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l outcome -r -d 'only ok, error, refused, abandoned …'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l request-id -r -d 'the vendor'\''s id of one call'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l conversation -r -d 'only this conversation'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l min-cost -r -d 'only calls of at least this'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l compare -r -d 'with the period this much earlier; default the week before'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l no-compare -d 'no earlier period'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l latency -d 'median and 95th percentile'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l cache -d 'what the prompt cache took and what it saved'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l budget -d 'each declared budget: spent, left, at this rate'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l sort -r -d 'cost, calls, runs, tokens, denied, key'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l reverse -d 'the other way round'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l limit -r -d 'only the first N groups'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l no-cost -d 'without money'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l no-chart -d 'without bars'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l format -r -d 'table, csv, md, json, jsonl'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l json -d 'as --format json'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l fail-over -r -d 'exit 3 when more was spent'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from query' -l sql -d 'print the counting statement instead'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from show' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from tail' -l lines -s n -r -d 'how many, default 20'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from tail' -l follow -s f -d 'go on as they come'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from tail' -l jsonl -d 'one record a line'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from export' -l jsonl -d 'rows with their place in the chain (the default)'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from export' -l otlp-json -d 'model and tool calls as OpenTelemetry spans'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from export' -l since -r -d 'only from then on'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l journal -d 'ask the journal for a witness too'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l expect -r -d 'a head that was noted elsewhere'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l accept -r -d 'chain the present state after a fault, with the reason'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from prune' -l bodies -r -d 'texts older than this; default audit.bodies'
complete -c openclaw -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from prune' -l rows -r -d 'rows older than this; default audit.rows'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l from -r -d 'PLACE/PERSON, or job:NAME'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l agent -r -d 'the agent'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l tool -r -d 'the tool'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l args -r -d 'its arguments, default {}'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l taint -r -d 'untrusted, private, or both'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from explain' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from matrix' -l diff -r -d 'only what widened since (exit 3)'
complete -c openclaw -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from matrix' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from matrix; and __fish_seen_subcommand_from login' -l new-device -d 'leave the device that is there and begin as a new one'
complete -c openclaw -n '__fish_seen_subcommand_from matrix; and __fish_seen_subcommand_from status' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from matrix; and __fish_seen_subcommand_from reset-identity' -l yes -d 'do not ask'
complete -c openclaw -n '__fish_seen_subcommand_from check' -l next -d 'what is missing from here to a working assistant, ready to paste'
complete -c openclaw -n '__fish_seen_subcommand_from check' -l live -d 'one tiny call per model: key, model, price'
complete -c openclaw -n '__fish_seen_subcommand_from check' -l render-units -r -d 'write the systemd units of the declared jobs into a folder'
complete -c openclaw -n '__fish_seen_subcommand_from check' -l program -r -d 'with --render-units: what they start; default /usr/bin/openclaw'
complete -c openclaw -n '__fish_seen_subcommand_from check' -l json -d 'one record'
complete -c openclaw -n '__fish_seen_subcommand_from version' -l json -d 'one record'
