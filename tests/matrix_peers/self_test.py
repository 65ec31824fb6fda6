# SPDX-License-Identifier: MIT
"""Proves the test homeserver: its rules over plain HTTP, then with real clients. Exit 1 on failure.

self_test.py [rules|clients] [unittest options]"""
import sys
import unittest

sys.dont_write_bytecode = True
import check_clients
import check_cross
import check_rules
import check_sync

PARTS = {"rules": [check_rules, check_sync, check_cross], "clients": [check_clients]}


def main():
    chosen = [a for a in sys.argv[1:] if a in PARTS] or list(PARTS)
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromModule(module)
                               for part in chosen for module in PARTS[part])
    verbosity = 2 if "-v" in sys.argv else 1
    return 0 if unittest.TextTestRunner(verbosity=verbosity).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
