// SPDX-License-Identifier: MIT
// The floor of --version and check: nothing but the dynamic loader.
int main() { return 0; }
