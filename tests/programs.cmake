# SPDX-License-Identifier: MIT
# The test programs, one a library.
openclaw_test(policy SOURCES oracle.cpp generator.cpp generator_values.cpp differential_test.cpp properties_test.cpp)
