# SPDX-License-Identifier: MIT
# The test programs, one a library.
openclaw_test(policy SOURCES oracle.cpp generator.cpp generator_values.cpp differential_test.cpp properties_test.cpp)
openclaw_test(llm SOURCES corpus.cpp expected.cpp expected_stream.cpp canned_http.cpp cuts.cpp
  conversation.cpp known_prices.cpp corpus_test.cpp stream_test.cpp own_stream_test.cpp errors_test.cpp
  usage_test.cpp prices_test.cpp request_test.cpp echo_test.cpp USES net json url support)
add_executable(wire_tool llm/wire_tool.cpp llm/conversation.cpp)
target_link_libraries(wire_tool PRIVATE openclaw_llm openclaw_json)
target_include_directories(wire_tool PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
openclaw_test(crypto SOURCES digest_test.cpp seal_test.cpp USES base)
openclaw_test(store SOURCES open_test.cpp group_test.cpp migrate_test.cpp concurrent_test.cpp full_disk_test.cpp
  USES support base)
openclaw_test(audit SOURCES main.cpp roles.cpp state.cpp tally.cpp chain_test.cpp tamper_test.cpp hidden_test.cpp
  flip_test.cpp accept_test.cpp prune_test.cpp witness_test.cpp bodies_test.cpp secret_test.cpp recorder_test.cpp
  budget_test.cpp query_test.cpp crash_test.cpp USES support base json crypto zone store)

add_executable(docs_test docs/docs_test.cpp docs/documents.cpp docs/pages.cpp docs/config_docs.cpp
  docs/completions.cpp docs/prose.cpp)
target_link_libraries(docs_test PRIVATE openclaw_cmd openclaw_support GTest::gtest GTest::gtest_main)
target_include_directories(docs_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(docs_test PRIVATE OPENCLAW_SOURCE="${CMAKE_SOURCE_DIR}")
add_test(NAME docs COMMAND docs_test)

# The program as a whole, against a stand-in for the vendors.
add_executable(vendor_stub support/vendor_stub.cpp support/vendor_request.cpp support/vendor_answer.cpp)
target_link_libraries(vendor_stub PRIVATE openclaw_json Threads::Threads)
target_include_directories(vendor_stub PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
openclaw_test(agent SOURCES house.cpp limits_test.cpp calls_test.cpp order_test.cpp money_test.cpp
  attacks.cpp malicious_test.cpp
  USES doubles support base json store policy net llm audit tools)
openclaw_test(base SOURCES text_test.cpp redact_test.cpp value_test.cpp file_test.cpp secret_test.cpp USES support)
openclaw_test(json SOURCES parse_test.cpp lines_test.cpp schema_test.cpp schema_oracle_test.cpp USES support base)
openclaw_test(url SOURCES url_test.cpp)
openclaw_test(zone SOURCES schedule_test.cpp tzif_test.cpp systemd_test.cpp USES support base)
openclaw_test(config SOURCES node_test.cpp)
openclaw_test(settings SOURCES sample.cpp sample_test.cpp mistakes_test.cpp lint_test.cpp declared.cpp mutator.cpp mutation_test.cpp
  USES support base json url zone policy llm tools config)
openclaw_test(tools SOURCES room.cpp file_test.cpp http_get_test.cpp command_test.cpp permit_test.cpp
  sources_test.cpp USES doubles support base json policy net jail)
add_test(NAME permit_compile COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DSOURCE=${CMAKE_SOURCE_DIR}
  -DWORK=${CMAKE_CURRENT_BINARY_DIR}/permit_compile -P ${CMAKE_CURRENT_SOURCE_DIR}/tools/permit_compile.cmake)
openclaw_test(jail SOURCES jail_test.cpp USES support base)
openclaw_test(chat SOURCES outbox_test.cpp USES support base store audit)
openclaw_test(telegram SOURCES channel_test.cpp update_test.cpp stand_in_test.cpp
  USES doubles support base json net store audit chat)
target_compile_definitions(telegram_test PRIVATE OPENCLAW_SOURCE="${CMAKE_SOURCE_DIR}")
openclaw_test(markup SOURCES html_text_test.cpp USES base)
openclaw_test(net SOURCES sse_test.cpp address_test.cpp client_test.cpp USES support base)
openclaw_test(calendar SOURCES window.cpp calendar_test.cpp hostile_test.cpp USES support base zone)
add_executable(openclaw_unredacted ${CMAKE_SOURCE_DIR}/cmd/main.cpp system/redaction_off.cpp)
target_link_libraries(openclaw_unredacted PRIVATE openclaw_cmd)
foreach(name kill_test canary_test terminal_test vendor_stub_test)
  add_executable(${name} system/${name}.cpp system/program.cpp)
  target_link_libraries(${name} PRIVATE openclaw_json openclaw_base openclaw_support GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  add_test(NAME ${name} COMMAND ${name})
endforeach()
add_executable(jobs_system_test system/jobs_test.cpp system/lab.cpp system/program.cpp)
target_link_libraries(jobs_system_test PRIVATE openclaw_net openclaw_json openclaw_base openclaw_doubles
  GTest::gtest GTest::gtest_main)
target_include_directories(jobs_system_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(jobs_system_test PRIVATE OPENCLAW_SOURCE="${CMAKE_SOURCE_DIR}")
add_test(NAME jobs_system_test COMMAND jobs_system_test)
# The program with chat servers that are folders.
add_executable(openclaw_spool ${CMAKE_SOURCE_DIR}/cmd/main.cpp system/spool_channel.cpp)
target_link_libraries(openclaw_spool PRIVATE openclaw_cmd)
add_executable(delivery_test system/delivery_test.cpp system/delivery_kill_test.cpp system/lab.cpp system/program.cpp)
target_link_libraries(delivery_test PRIVATE openclaw_net openclaw_json openclaw_base openclaw_doubles
  GTest::gtest GTest::gtest_main)
target_include_directories(delivery_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME delivery_test COMMAND delivery_test)
add_executable(telegram_system_test system/telegram_test.cpp system/telegram_approval_test.cpp system/telegram_files_test.cpp system/telegram_memory_test.cpp system/telegram_time_test.cpp system/telegram_points_test.cpp system/injection_test.cpp
  system/telegram_soak_test.cpp system/telegram_kill_test.cpp system/chatter.cpp system/program.cpp)
target_link_libraries(telegram_system_test PRIVATE openclaw_json openclaw_markup openclaw_base openclaw_doubles SQLite::SQLite3
  GTest::gtest GTest::gtest_main)
target_include_directories(telegram_system_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(telegram_system_test PRIVATE OPENCLAW_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/system/data")
add_test(NAME telegram_system_test COMMAND telegram_system_test)
add_test(NAME cli COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/run.sh)
set_tests_properties(cli telegram_system_test jobs_system_test delivery_test kill_test canary_test terminal_test vendor_stub_test PROPERTIES TIMEOUT 900 ENVIRONMENT
  "OPENCLAW=$<TARGET_FILE:openclaw>;VENDOR_STUB=$<TARGET_FILE:vendor_stub>;OPENCLAW_UNREDACTED=$<TARGET_FILE:openclaw_unredacted>;OPENCLAW_SPOOL_PROGRAM=$<TARGET_FILE:openclaw_spool>")
openclaw_test(sources SOURCES files_test.cpp host_test.cpp incidents_test.cpp alerts_test.cpp caldav_test.cpp
  miniflux_test.cpp tickets_test.cpp feeds_test.cpp USES doubles support base json zone net)
openclaw_test(e2ee SOURCES vectors_test.cpp forgery_test.cpp device_forgery_test.cpp room_forgery_test.cpp
  room_key_forgery_test.cpp map.cpp phone.cpp schedules_test.cpp upgrade_test.cpp verify_test.cpp USES support base json crypto store ratchet)
openclaw_test(markdown SOURCES terminal_test.cpp rich_test.cpp html_test.cpp examples_test.cpp USES support base)
openclaw_test(jobs SOURCES ledger_test.cpp memory_test.cpp briefing_test.cpp
  USES support base json crypto zone store audit sources)
add_subdirectory(fuzz)
