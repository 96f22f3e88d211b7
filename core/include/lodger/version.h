/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file version.h
 * The version of Lodger: of the headers when a program is compiled, and of the library when it runs.
 */
#ifndef LODGER_VERSION_H
#define LODGER_VERSION_H

#include <lodger/types.h>

/* CMake reads the version of the project from here. */

/** The first number of the headers' version. */
#define LODGER_VERSION_MAJOR 0
/** The second number of the headers' version. */
#define LODGER_VERSION_MINOR 2
/** The third number of the headers' version. */
#define LODGER_VERSION_MICRO 0

/** A version as one number, for comparisons. Minor and micro are less than 1000. */
#define LODGER_VERSION_NUMBER(major, minor, micro) ((major) *1000000 + (minor) *1000 + (micro))

/** Whether the headers are of this version or a later one. It can be used in `#if`. */
#define LODGER_CHECK_VERSION(major, minor, micro)                                                                      \
  (LODGER_VERSION_NUMBER (LODGER_VERSION_MAJOR, LODGER_VERSION_MINOR, LODGER_VERSION_MICRO)                            \
   >= LODGER_VERSION_NUMBER (major, minor, micro))

LODGER_BEGIN_DECLS

/**
 * Returns the version of the library that the program runs with, as LODGER_VERSION_NUMBER() makes it.
 *
 * Any thread; does not block.
 *
 * Errors: none.
 * Test: unit/version the_library_tells_its_version
 * Since: 0.2
 */
LODGER_API int lodger_version (void);

LODGER_END_DECLS

#endif
