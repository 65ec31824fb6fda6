// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <exception>
#include <iostream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "audit/roles.h"

int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "--role") {
    int code = 99;
    try {
      code = openclaw::test::play({argv + 2, argv + argc});
    } catch (const std::exception& e) {
      std::cerr << argv[2] << ": " << e.what() << std::endl;
    }
    std::cout.flush();
    ::_exit(code);
  }
  ::unsetenv("JOURNAL_STREAM");  // the witness of the tests is the file
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
