# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Flags that every file of this project is compiled with.

set (CMAKE_C_STANDARD 11)
set (CMAKE_C_STANDARD_REQUIRED ON)
set (CMAKE_C_EXTENSIONS ON)
set (CMAKE_C_VISIBILITY_PRESET hidden)
set (CMAKE_CXX_STANDARD 17)
set (CMAKE_CXX_STANDARD_REQUIRED ON)
set (CMAKE_CXX_VISIBILITY_PRESET hidden)
set (CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set (CMAKE_POSITION_INDEPENDENT_CODE ON)

if (NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set (CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif ()

option (LODGER_WERROR "Treat warnings as errors" OFF)
set (LODGER_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

set (LODGER_WARNINGS
  -Wall -Wextra -Wconversion -Wshadow -Wpointer-arith -Wundef -Wcast-qual -Wwrite-strings
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>)
if (LODGER_WERROR)
  list (APPEND LODGER_WARNINGS -Werror)
endif ()

add_compile_options (${LODGER_WARNINGS} -fno-common)

if (LODGER_SANITIZE)
  set (lodger_sanitize -fsanitize=${LODGER_SANITIZE} -fno-omit-frame-pointer)
  if (LODGER_SANITIZE MATCHES "undefined")
    list (APPEND lodger_sanitize -fno-sanitize-recover=undefined)
  endif ()
  # Of undefined behaviour, the check of C++ objects needs a descriptor, which some tests take away.
  add_compile_options (${lodger_sanitize} $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=vptr>)
  add_link_options (${lodger_sanitize})
endif ()
