# SPDX-License-Identifier: MIT
# openclaw_library(name [FAST] SOURCES a.cpp… [USES lib…] [LINKS target…])
# FAST: on the way of every message or row, so a release compiles it for speed; the others for size,
# because an idle listener keeps what it has touched in memory.
# A library may use only libraries declared before it: lib/CMakeLists.txt lists the floors, lowest
# first. CMake itself accepts a cycle of static libraries silently, so the order is checked here, and
# tests/layers.cmake checks that every #include is covered by a USES.

add_library(openclaw_flags INTERFACE)
target_include_directories(openclaw_flags INTERFACE ${CMAKE_SOURCE_DIR}/lib)
target_compile_definitions(openclaw_flags INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0
  OPENCLAW_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(openclaw_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wnull-dereference
    -Wformat=2 -Wundef -Wduplicated-cond -Wlogical-op -Wextra-semi)
endif()
if(OPENCLAW_TESTS)
  target_compile_definitions(openclaw_flags INTERFACE OPENCLAW_TEST_HOOKS)
endif()
if(OPENCLAW_WERROR)
  target_compile_options(openclaw_flags INTERFACE -Werror)
  target_compile_definitions(openclaw_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(OPENCLAW_SANITIZE)
  target_compile_options(openclaw_flags INTERFACE -fsanitize=${OPENCLAW_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(openclaw_flags INTERFACE -fsanitize=${OPENCLAW_SANITIZE})
  if(OPENCLAW_SANITIZE MATCHES "address|thread" AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(openclaw_flags INTERFACE -Wno-maybe-uninitialized -Wno-null-dereference)
  endif()
endif()
if(OPENCLAW_HARDEN)
  target_compile_options(openclaw_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -ftrivial-auto-var-init=zero
    -fzero-call-used-regs=used-gpr -Werror=format-security -fPIE -ffunction-sections -fdata-sections)
  # With automatic initialisation g++ 12 takes std::variant's storage for uninitialised.
  target_compile_options(openclaw_flags INTERFACE -Wno-maybe-uninitialized -Wno-null-dereference)
  target_link_options(openclaw_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
    -Wl,--as-needed -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
endif()

set_property(GLOBAL PROPERTY openclaw_libraries "")
function(openclaw_library name)
  cmake_parse_arguments(arg "FAST" "" "SOURCES;USES;LINKS" ${ARGN})
  get_property(known GLOBAL PROPERTY openclaw_libraries)
  foreach(used IN LISTS arg_USES)
    if(NOT used IN_LIST known)
      message(FATAL_ERROR "lib/${name} USES ${used}, which is not on a lower floor")
    endif()
  endforeach()
  list(TRANSFORM arg_SOURCES PREPEND ${name}/)
  add_library(openclaw_${name} STATIC ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND openclaw_ OUTPUT_VARIABLE uses)
  target_link_libraries(openclaw_${name} PUBLIC openclaw_flags ${uses} PRIVATE ${arg_LINKS})
  if(NOT arg_FAST)
    target_compile_options(openclaw_${name} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  set_property(GLOBAL APPEND PROPERTY openclaw_libraries ${name})
  list(JOIN arg_USES " " line)
  set_property(GLOBAL APPEND_STRING PROPERTY openclaw_layers "${name}: ${line}\n")
endfunction()

# openclaw_late(name PREFIX): lib/name loads the library that pkg_check_modules found as PREFIX when it
# first needs it (base/late.h), by its soname; where libraries have no common folder, by its path.
function(openclaw_late name prefix)
  list(GET ${prefix}_LINK_LIBRARIES 0 path)
  get_filename_component(path ${path} REALPATH)
  if(NOT path MATCHES "^/nix/store")
    get_filename_component(path ${path} NAME)
    string(REGEX REPLACE "(\\.so\\.[0-9]+).*" "\\1" path ${path})
  endif()
  target_compile_definitions(openclaw_${name} PRIVATE OPENCLAW_LIB${prefix}="${path}")
  target_include_directories(openclaw_${name} PRIVATE ${${prefix}_INCLUDE_DIRS})
endfunction()
