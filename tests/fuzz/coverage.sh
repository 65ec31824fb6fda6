#!/bin/sh
# SPDX-License-Identifier: MIT
# How much of its unit each fuzz target's corpus runs, in lines; less than 60 % fails.
set -eu
cd "$(dirname "$0")/../.."
least=60
cmake --preset coverage >/dev/null
targets='config_reader lib/config lib/settings
sse_stream lib/net/sse.cpp
llm_anthropic lib/llm/anthropic.cpp lib/llm/anthropic_stream.cpp
llm_openai_chat lib/llm/openai_chat.cpp lib/llm/openai_chat_stream.cpp
llm_openai_responses lib/llm/openai_responses.cpp
llm_gemini lib/llm/gemini.cpp
llm_ollama lib/llm/ollama.cpp
tool_arguments lib/json/parse.cpp lib/json/schema.cpp
policy_request+clean_path lib/policy/engine.cpp lib/policy/match.cpp
url lib/url/url.cpp
terminal_filter lib/markdown/terminal.cpp lib/base/unicode.cpp
icalendar lib/calendar
feed lib/sources/feed_parse.cpp lib/sources/feed_date.cpp lib/xml
html_text lib/markup/html_text.cpp'
cmake --build --preset coverage --target $(printf '%s\n' "$targets" | sed 's/ .*//' | tr + '\n' | sed 's/$/_replay/') >/dev/null
low=0
while read -r name units; do
  find build/coverage -name '*.gcda' -delete
  for one in $(echo "$name" | tr + ' '); do
    "build/coverage/tests/fuzz/${one}_replay" "tests/fuzz/corpus/$one" >/dev/null 2>&1
  done
  share=$(find build/coverage/lib -name '*.gcda' | xargs gcov -n -s "$PWD" -r 2>/dev/null |
    perl -e '
      my @units = @ARGV; my ($file, $all, $run) = ("", 0, 0);
      while (<STDIN>) {
        $file = $1 if /^File .(.*).$/;
        my ($percent, $lines) = /^Lines executed:([0-9.]+)% of ([0-9]+)/ or next;
        if ($file =~ /\.cpp$/ && grep { index($file, $_) == 0 } @units) {
          $all += $lines; $run += $percent * $lines / 100;
        }
        $file = "";
      }
      printf "%d", $all ? 100 * $run / $all : 0;' $units)
  printf '%-28s %3s %% of %s\n' "$name" "$share" "$units"
  [ "$share" -ge "$least" ] || low=$((low + 1))
done <<END
$targets
END
[ "$low" -eq 0 ] || { printf '%s targets below %s %%\n' "$low" "$least" >&2; exit 1; }
