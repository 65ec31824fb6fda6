// SPDX-License-Identifier: MIT
#include <map>

#include "docs/documents.h"

namespace openclaw::test {
namespace {

const std::map<std::string, std::string> prose{
    {"", R"roff(.Nm
turns a language model into a scheduled operations assistant on your own server.
You declare people, places, agents, tools, sources and jobs in one file; systemd runs the listeners
and fires the timers; the program only ever dials out.
It opens no port, edits no configuration and downloads nothing at run time.
.Pp
With no configuration at all,
.Ic openclaw run-job morning-briefing
prints a briefing of this machine.
)roff"},
    {"openclaw rest", R"roff(.Ss Rules for all commands
Standard output carries the answer or the data and nothing else; everything else goes to standard error.
What came from a model, a feed or a peer cannot move a cursor, ring a bell or reorder text on a terminal;
in a pipe it is left as it came.
.Ev NO_COLOR ,
.Ev CLICOLOR_FORCE
and
.Ev TERM
are obeyed.
.Pp
The configuration is the file of
.Fl -config ,
.Ev OPENCLAW_CONFIG ,
or openclaw.json in
.Ev CONFIGURATION_DIRECTORY ,
.Ev XDG_CONFIG_HOME Ns /openclaw
or /etc/openclaw.
The state folder is the one of
.Fl -state ,
the configuration's state_dir,
.Ev STATE_DIRECTORY ,
or
.Ev XDG_STATE_HOME Ns /openclaw .
.Ss Where text rests
.Bl -tag -width Ds
.It openclaw.db
Rows of the audit, readable by the group, for cost reports: kept for audit.rows.
Prompts, answers, tool arguments and results, conversations and briefings, sealed with AES-GCM: kept for audit.bodies; for two weeks where a place keeps digests.
Short titles of what a briefing told before, in the clear, so that it can say NEW, DAY n and GONE.
Messages of chats until they are answered, and answers until they are sent, sealed likewise; the numbers of senders
that were refused, in the clear.
.It matrix.db
Keys, the login and the sync token of the Matrix device, mode 0600, sealed with the store key; events as they were sealed for
rooms until they are sent.
Never put back from an older copy.
.It store.key
The key that seals it, mode 0600, where matrix.store_key names no other.
.It matrix.lock, matrix.wake
As for Telegram.
.It telegram.lock, telegram.wake
Which process sends for the bot, and the socket by which others wake it; no text.
.It body.key
The key of the sealed texts, mode 0600, where audit.body_key names no other.
.It audit.head
The head of the audit's chain, a witness against a cut tail.
.El
.Ss Limits
Time zones follow the system's tzdata and are right until 2037.
)roff"},
    {"listen-matrix",
     R"roff(End-to-end-encrypted Matrix rooms: syncs with the homeserver, answers whom the configuration lets in, and sends
what jobs and
.Xr openclaw-send 1
have for rooms.
.Pp
The first start logs in and makes the bot's own identity: its device is signed, so that clients which exclude devices that
are not take it.
With matrix.recovery_key the identity and a backup of the room keys rest on the server, and a rebuilt machine is the same bot.
.Pp
A message is heard when it is encrypted, its device is signed by its owner, and its sender is on the room's list.
Everything else ends before routing: no reply, no model, one row in the audit an hour for each sender.
The bot joins rooms that are places when one of their people invites it, and no others.
.Pp
A dangerous tool asks first; the words that it shows ("yes 4f2c") answer.
A reaction can only say no: it is not encrypted.
Commands are those of
.Xr openclaw-listen-telegram 1 .
One process has the device (matrix.lock in the state folder): a second one exits 75.
)roff"},
    {"matrix new-keys",
     R"roff(Prints a recovery key and a store key and changes nothing.
Keep both as credentials: matrix.recovery_key takes the bot's identity back on a new machine, matrix.store_key seals matrix.db.
Without a store key one is made in the state folder (store.key).
)roff"},
    {"matrix login",
     R"roff(Logs in with matrix.password, keeps the login in matrix.db and makes or takes back the identity.
The listener does the same at its start; this is to see it done.
)roff"},
    {"matrix status",
     R"roff(Says who the bot is, whether its device is signed, what the backup holds and what could not be read.
Exit 3 where the device is not signed or an identity has changed.
)roff"},
    {"matrix rooms", R"roff(Lists the rooms that the bot is in, with their places.
)roff"},
    {"matrix verify",
     R"roff(Compares emoji with somebody's client: asks it, or takes the request that it has made.
Only a yes at this terminal agrees.
Afterwards both show the other as verified, and a changed identity is accepted.
The listener must run.
)roff"},
    {"matrix reset-identity",
     R"roff(Makes a new identity for the bot when the keys of the old one are lost, with a new backup of room keys and a new secret storage.
The old ones cannot be had back, and everybody has to verify the bot anew.
It asks first; the listener must not run.
)roff"},
    {"matrix recover",
     R"roff(Takes identity and room keys back from the server with matrix.recovery_key, and signs the device again.
The listener must run.
)roff"},
    {"listen-telegram",
     R"roff(The private Telegram bot: polls the Bot API, answers whom the configuration lets in, and sends what
jobs and
.Xr openclaw-send 1
have for Telegram.
It opens no port and needs no webhook; one that another program has set is removed, and no message is lost by that.
.Pp
Who may speak is a number of a user together with a number of a chat.
Everybody else ends before anything is routed: no reply, no model, one row in the audit an hour for each sender;
.Ic openclaw check --next
shows the latest with the lines that would let them in.
Forwards and quotes are what somebody else wrote: no tool acts on them without being asked.
.Pp
A place without "private_text" hears no private text: the answer that holds some stays here, and the chat is told so.
.Pp
A dangerous tool asks first, with buttons: for ten minutes, for that call only, and only the person who asked can say yes.
A message that was not answered when the program ended is answered after the next start.
After an outcome that nobody knows at worst the first line is repeated, and says "(again)".
.Pp
Commands in the chat:
.Ic /new /agent /model /status /cost /jobs /job /ack /remind /cancel /forget /whoami /help .
.Pp
Pictures go to models with "images": true; PDFs and voice notes through the programs of "documents" and "voice";
share/openclaw/transcribe.sh is a recipe for the latter.
.Pp
One process at a time sends for a bot (telegram.lock in the state folder): a second listener exits 75.
)roff"},
    {"ask", R"roff(Asks one question and prints the answer.
Standard input, where it is no terminal, is sent along; pictures and text files go with
.Fl f .
Who may ask whom is declared: the person whose uid runs the command, in a place with "cli": true.
.Pp
Without a configuration the first of
.Ev ANTHROPIC_API_KEY ,
.Ev OPENAI_API_KEY ,
.Ev GEMINI_API_KEY ,
.Ev OPENROUTER_API_KEY
and
.Ev OLLAMA_HOST
that is set names the vendor, and the agent has no tools.
.Pp
Where tools may be called, the answer is the last message and is printed when it is whole; otherwise it
is printed as it comes.
A tool that needs a confirmation asks on the terminal, and is refused where there is none.
)roff"},
    {"run-job",
     R"roff(Gathers the job's sources, has its agent write over the facts, and prints the text.
When the vendor, the budget or the policy stops the model, the plain rendering goes out and says why.
.Pp
A slot is delivered once.
By hand there is one slot a local day; with
.Fl -scheduled
the slot is the period of the latest scheduled instant, and later than max_late it is skipped and reported
by the next run.
By its timer, with
.Fl -deliver
or with an event it goes to the job's places: whole, or as headlines where private text may not go.
What a place does not take waits in the outbox (exit 75, tried again by the timer of
.Fl -recover )
until max_late; the job's else place hears of it in one sentence.
A text that may have arrived already is repeated with "(again)" before it.
.Pp
With
.Fl -event
a text from outside, a hook's for instance, is one of the facts, and the slot is that text's own.
.Pp
The model sees the facts of each item and answers with sentences about them; names, numbers and links are
printed by the program.
)roff"},
    {"send",
     R"roff(Puts standard input, at most 1 MiB of text, into the outbox and sends it to the place.
Done means that the other side has given it an id.
When that cannot be had now the exit status is 75, and the text is kept for a day and sent by
.Ic openclaw run-job --recover ,
which a timer starts every five minutes.
Secrets that openclaw knows are cut out before anything is stored.
)roff"},
    {"host",
     R"roff(Prints what a source of kind host reads: file systems, failed units, journal errors, load, a
pending reboot and security upgrades; what cannot be read here is named after a question mark.
With
.Fl -json
each reading is a line; another machine's openclaw runs that, over ssh for instance, as the
.Ic command
of a source of kind host.
)roff"},
    {"audit query", R"roff(Counts runs, calls, tools, tokens and money, grouped as asked.
It reads only, beside any number of writers, and works for members of the state's group without a key.
A call whose price is not known is counted beside the sum, never as 0.
The heading names the state folder and the last verification of the chain.
)roff"},
    {"audit show",
     R"roff(Prints one run: what was asked, each model call with its attempts, tokens, cost and the vendor's
request id, each tool call with the decision and its rule, and the answer.
Texts are shown where the key can be read.
)roff"},
    {"audit tail",
     R"roff(Prints the latest outcomes of model calls and decisions on tools, oldest first.
)roff"},
    {"audit export", R"roff(Writes rows to standard output.
JSON lines carry every column with its place in the chain; the span form follows the OpenTelemetry
conventions for generative AI, which are still in development.
)roff"},
    {"audit verify",
     R"roff(Recomputes the SHA-256 chain over every row and the digest of every sealed text.
A lost, changed, swapped or repeated row is named.
A cut tail is found by a witness: audit.head beside the database, the journal, or a head given with
.Fl -expect .
Without one it says that a cut tail is not excluded.
)roff"},
    {"audit prune",
     R"roff(Erases sealed texts older than audit.bodies and rows older than audit.rows.
The chain continues from a base that a note in it names, so that what is left still verifies.
openclaw-prune.timer runs it each night.
)roff"},
    {"policy explain", R"roff(Decides one call as a run would, and says by which line.
Allowed and asked exit 0, denied exits 3.
)roff"},
    {"policy test", R"roff(Decides each case of a file and compares it with what is expected.
It also fails when a grant is exercised by no case.
)roff"},
    {"policy matrix", R"roff(Prints people in places, and jobs, by tools.
With
.Fl -diff
only cells that allow more than before, or other arguments.
)roff"},
    {"check",
     R"roff(Reads the whole configuration and prints every error with file, line and JSON pointer; exit 78 when there is one.
It resolves no secret and dials nobody, except with
.Fl -live .
)roff"},
    {"backup",
     R"roff(Copies the database to a new file while others write, and verifies the chain of the copy.
Keys are not in it: keep body.key elsewhere.
)roff"},
    {"version", "Prints the version.\n"},
    {"openclaw.json", R"roff(One JSON file with // comments.
Unknown keys, repeated keys, names that point nowhere, rules that can match nothing, unsafe grants and
secrets in the clear are errors;
.Xr openclaw-check 1
prints them all at once.
Everything is named once, and absence always means no.
.Ss Secrets
A secret is named, never written: exactly one of {"credential": "x"} for the file x in
.Ev CREDENTIALS_DIRECTORY ,
{"file": "/abs"} for a file that only its owner can read, {"command": ["pass", "show", "x"]} and {"env": "X"}.
Only the command that dials resolves it.
.Ss Durations and money
Durations are texts like "90s", "15m", "4h", "3d", "2w", "5y".
Money is US dollars as a text, like "0.25".
.Ss Grants
A tool runs only if the caller's place and the agent both grant it with those arguments.
An argument that a grant does not name is refused unless other_args is true.
A tool that writes or sends is refused in a run that has seen untrusted text unless its destination is
pinned by eq, oneof or origin, or when_tainted says confirm or allow.
Deny beats confirm beats allow.
)roff"},
    {"openclaw.json rest", R"roff(.Ss Limits
A request is never sent when its worst case does not fit what is left of every limit; its max_tokens is
lowered first, to 256 at least.
A call that was cut counts at its most.
With any money limit, a model without a known price is refused.
The money of jobs is set aside: chat leaves what the scheduled runs of the month may still cost.
)roff"}};

}  // namespace

const std::string& prose_of(const std::string& command) {
  static const std::string none;
  const auto at = prose.find(command);
  return at == prose.end() ? none : at->second;
}

}  // namespace openclaw::test
