# SPDX-License-Identifier: MIT
{
  description = "openclaw: a disciplined operations assistant on your own server";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forAll = f: builtins.listToAttrs (map (s: { name = s; value = f s; }) systems);
    in {
      packages = forAll (system: {
        # libolm is marked: its known faults lie in the parts that lib/ratchet does not use, or need a
        # neighbour on the same processor. Nothing else is let in by this.
        default = (import nixpkgs {
          inherit system;
          config.permittedInsecurePackages = [ "olm-3.2.16" ];
        }).callPackage ./nix/package.nix { };
      });
    };
}
