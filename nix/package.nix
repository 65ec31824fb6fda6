# SPDX-License-Identifier: MIT
{ lib, stdenv, cmake, ninja, pkg-config, curl, openssl, sqlite, sqlitecpp, nlohmann_json, spdlog, fmt, cli11
, libical, libxml2, libseccomp, md4c, olm, valijson }:
stdenv.mkDerivation {
  pname = "openclaw";
  version = lib.fileContents ../VERSION;
  src = lib.cleanSource ../.;
  nativeBuildInputs = [ cmake ninja pkg-config ];
  buildInputs = [ curl openssl sqlite sqlitecpp nlohmann_json spdlog fmt cli11 libical libxml2 libseccomp md4c olm valijson ];
  cmakeFlags = [ "-DOPENCLAW_TESTS=OFF" "-DOPENCLAW_HARDEN=ON" ];
  meta = {
    description = "A disciplined operations assistant on your own server";
    license = lib.licenses.mit;
    mainProgram = "openclaw";
    platforms = lib.platforms.linux;
  };
}
