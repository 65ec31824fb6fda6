# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
# A tool's body cannot be called without a policy::Permit, and nobody but the Authority makes one: what
# tries does not compile. COMPILER and SOURCE are given; WORK is a folder to write in.
set(head [==[
#include "policy/permit.h"
#include "tools/gate.h"
using namespace openclaw;
[[maybe_unused]] static void code(const tools::Tool& tool, const json::Value& args,
                                  const tools::Context& context, const policy::Policy& policy,
                                  const policy::Request& request) {
  auto answer = policy::Authority::authorize(policy, request, "run", false);
]==])
file(MAKE_DIRECTORY ${WORK})
function(compiles name code result)
  file(WRITE ${WORK}/${name}.cpp "${head}  ${code}\n  (void)tool, (void)args, (void)context, (void)answer;\n}\n")
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DFMT_SHARED -I${SOURCE}/lib ${WORK}/${name}.cpp
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
  set(${result} ${status} PARENT_SCOPE)
  set(errors "${errors}" PARENT_SCOPE)
endfunction()
function(good name code)
  compiles(${name} "${code}" status)
  if(NOT status EQUAL 0)
    message(SEND_ERROR "${name} should compile:\n${errors}")
  endif()
endfunction()
# The message must name the reason, so that a typing mistake is not taken for the guard.
function(bad name because code)
  compiles(${name} "${code}" status)
  if(status EQUAL 0)
    message(SEND_ERROR "${name} compiles, and must not: ${code}")
  elseif(NOT errors MATCHES "${because}")
    message(SEND_ERROR "${name} fails for another reason:\n${errors}")
  endif()
endfunction()

good(control "if (answer.permit) tool.body(*std::move(answer.permit), args, \"run\", context);")
good(move "if (answer.permit) { policy::Permit mine(*std::move(answer.permit)); mine.spend(\"t\", args, \"run\"); }")
bad(without_permit "no match for call" "tool.body(args, \"run\", context);")
bad(empty_braces "no match for call|could not convert|no matching function|private|cannot convert" "tool.body({}, args, \"run\", context);")
bad(nothing_for_a_permit "no match for call" "tool.body(nullptr, args, \"run\", context);")
bad(decision_for_a_permit "no match for call" "tool.body(answer.decision, args, \"run\", context);")
bad(optional_for_a_permit "no match for call" "tool.body(std::move(answer.permit), args, \"run\", context);")
bad(lvalue_permit "no match for call|deleted" "tool.body(*answer.permit, args, \"run\", context);")
bad(copy "deleted" "policy::Permit copy(*answer.permit);")
bad(assign "deleted" "*answer.permit = *answer.permit;")
bad(move_assign "deleted" "*answer.permit = *std::move(answer.permit);")
bad(default_made "no matching function" "policy::Permit made;")
bad(made "private" "policy::Permit made(std::string(\"x\"), policy::Decision{});")
bad(made_by_braces "private" "policy::Permit made{std::string(), policy::Decision()};")
bad(emplaced "private|no matching function|is_constructible" "std::optional<policy::Permit> made; made.emplace(std::string(), policy::Decision());")
bad(seal_read "private" "(void)answer.permit->seal_;")
bad(decision_changed "discards qualifiers|read-only|assignment of member" "const auto& d = answer.permit->spend(\"t\", args, \"run\"); d.private_address = true;")
bad(subclassed_friend "private" "struct Mine : policy::Authority { static policy::Permit make() { return policy::Permit(std::string(), {}); } };")
message(STATUS "2 controls and 16 forgeries were tried")
