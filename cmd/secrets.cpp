// SPDX-License-Identifier: MIT
#include "secrets.h"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jail/jail.h"

namespace openclaw::cmd {
namespace {

using settings::SecretRef;
constexpr std::size_t most_bytes = 64u << 10;

std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

[[noreturn]] void fail(const SecretRef& reference, const std::string& why,
                       const std::string& hint = {}) {
  throw base::ConfigError(reference.pointer + ": " + why, hint);
}

std::string from_credential(const SecretRef& reference) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (!folder || !*folder)
    fail(reference,
         "the credential '" + reference.name + "' is not here: $CREDENTIALS_DIRECTORY is not set",
         "systemd-run --pipe --wait -p LoadCredential=" + reference.name +
             ":/path/to/it -p User=openclaw "
             "openclaw …");
  const auto text = base::read_if_exists(std::string(folder) + "/" + reference.name, most_bytes);
  if (!text)
    fail(reference, "there is no credential '" + reference.name + "'",
         "LoadCredential=" + reference.name + ":/etc/openclaw/credentials/" + reference.name);
  return *text;
}

std::string from_file(const SecretRef& reference) {
  struct stat info {};
  if (::stat(reference.name.c_str(), &info) != 0)
    fail(reference, "there is no file '" + reference.name + "', or it cannot be read");
  if ((info.st_mode & 077) != 0)
    fail(reference, "others can read '" + reference.name + "'", "chmod 600 " + reference.name);
  return base::read_file(reference.name, most_bytes);
}

std::string from_command(const SecretRef& reference) {
  jail::Command command;
  command.argv = reference.argv;
  command.confined = false;  // a password manager needs its agent and its home
  command.drop_stderr = true;
  command.most_output = most_bytes;
  for (const char* name :
       {"HOME", "PATH", "USER", "LOGNAME", "GNUPGHOME", "GPG_TTY", "XDG_RUNTIME_DIR",
        "PASSWORD_STORE_DIR", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK"})
    if (const char* value = std::getenv(name))
      command.environment.push_back(std::string(name) + "=" + value);
  if (!command.argv[0].starts_with('/')) command.argv.insert(command.argv.begin(), "/usr/bin/env");
  const auto result = jail::run(command, nullptr);
  if (result.status != 0)
    fail(reference, "the command '" + reference.argv[0] + "' ended with status " +
                        std::to_string(result.status));
  return result.output.substr(0, result.output.find('\n'));
}

std::string from_env(const SecretRef& reference) {
  const char* value = std::getenv(reference.name.c_str());
  if (!value || !*value) fail(reference, "the variable " + reference.name + " is not set");
  return value;  // children get an environment of their own
}

}  // namespace

base::Secret resolve(const SecretRef& reference) {
  std::string text;
  switch (reference.kind) {
    case SecretRef::Kind::none: return {};
    case SecretRef::Kind::credential: text = from_credential(reference); break;
    case SecretRef::Kind::file: text = from_file(reference); break;
    case SecretRef::Kind::command: text = from_command(reference); break;
    case SecretRef::Kind::env: text = from_env(reference); break;
  }
  text = without_newline(std::move(text));
  if (text.empty()) fail(reference, "the secret is empty");
  if (text.find_first_of(std::string("\r\n\0", 3)) != std::string::npos &&
      reference.pointer.find("body_key") == std::string::npos)
    fail(reference, "the secret holds more than one line");
  return base::Secret(std::move(text));
}

std::string missing(const SecretRef& reference) {
  const auto& name = reference.name;
  switch (reference.kind) {
    case SecretRef::Kind::none: return {};
    case SecretRef::Kind::command:
      return ::access(reference.argv[0].c_str(), X_OK) == 0 || reference.argv[0].front() != '/'
                 ? std::string()
                 : "there is no program " + reference.argv[0];
    case SecretRef::Kind::env:
      return std::getenv(name.c_str()) ? std::string() : "export " + name + "=…";
    case SecretRef::Kind::file:
      return ::access(name.c_str(), F_OK) == 0 ? std::string() : "(umask 077; cat > " + name + ")";
    case SecretRef::Kind::credential: {
      const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
      const bool is_there =
          folder && ::access((std::string(folder) + "/" + name).c_str(), F_OK) == 0;
      return is_there ? std::string()
                      : "LoadCredential=" + name + ":/etc/openclaw/credentials/" + name +
                            "   # in the unit; by hand: systemd-run --pipe -p LoadCredential=…";
    }
  }
  return {};
}

}  // namespace openclaw::cmd
