# SPDX-License-Identifier: MIT
# The test programs, one a library.
openclaw_test(policy SOURCES oracle.cpp generator.cpp generator_values.cpp differential_test.cpp properties_test.cpp)
openclaw_test(llm SOURCES corpus.cpp expected.cpp expected_stream.cpp canned_http.cpp cuts.cpp known_prices.cpp
  corpus_test.cpp stream_test.cpp errors_test.cpp usage_test.cpp USES net json url support)
