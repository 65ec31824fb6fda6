#!/bin/sh
# SPDX-License-Identifier: MIT
# A voice note (Ogg Opus) on its input, English words on its output: a recipe for "voice" with what
# Debian has (opus-tools, pocketsphinx, pocketsphinx-en-us). It hears clear speech only; a better
# program that reads a file from its input and prints text goes in its place.
#   "voice": { "command": ["/bin/sh", "/usr/share/openclaw/transcribe.sh"] }
set -eu
/usr/bin/opusdec --quiet --rate 16000 --force-wav - - 2>/dev/null |
  /usr/bin/pocketsphinx_continuous -infile /dev/stdin -logfn /dev/null
