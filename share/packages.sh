# SPDX-License-Identifier: MIT
# Sourced by share/quickstart.sh and tests/run.sh: the Debian packages, and how to install them.
build_packages="g++ cmake ninja-build pkg-config libcurl4-openssl-dev libssl-dev nlohmann-json3-dev
  libcli11-dev libspdlog-dev libfmt-dev libsqlitecpp-dev libsqlite3-dev libical-dev libxml2-dev libseccomp-dev
  libmd4c-dev libolm-dev libvalijson-dev ca-certificates tzdata"
test_packages="libgtest-dev sqlite3 xz-utils mandoc clang clang-format libclang-rt-14-dev openssl bsdutils procps
  systemd systemd-container git prometheus prometheus-alertmanager radicale python3-tz python3-recurring-ical-events
  python3-python-telegram-bot python3-matrix-nio python3-olm"

say() { printf '\n== %s\n' "$*" >&2; }

# Installs those that are missing, as root or through sudo; quick when none is.
install_packages() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  say "installing$missing"
  $sudo apt-get update -q
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
