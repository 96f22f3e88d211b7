/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file options.h
 * Options: how a struct of them is written, in C and in C++.
 *
 *     query = lodger_caller_to_thread_full (caller, work, data, NULL, LODGER_CALL_OPTIONS (.worker = "db"));
 *
 * Each struct of options has such a macro. It fills in `size`, and `file` and `line` where the struct has them. All
 * members that are not given are zero, which means the default. The list may be empty.
 *
 * In C, the options live until the end of the enclosing block. In C++, they live until the end of the full expression,
 * such as the call that they are given to. In C++17, the list has at most 24 members, in any order. In C++, the macros
 * are for use inside functions.
 *
 * **Versions.** Members are only ever appended to a struct. A struct of an older version is accepted: the members that
 * it lacks are zero. A struct of a newer version is accepted when the members that this version does not know are zero.
 * Otherwise it is LODGER_EINVAL, and a line is logged.
 */
#ifndef LODGER_OPTIONS_H
#define LODGER_OPTIONS_H

#include <lodger/types.h>

/** Options of @p Type with the given members: a `const Type *`. @p Type is a struct that begins with its size. */
#define LODGER_OPTIONS(Type, ...) LODGER_OPTIONS_MAKE (Type, __VA_ARGS__)

/** LODGER_OPTIONS(), with the place where it is written as `file` and `line`. */
#define LODGER_OPTIONS_HERE(Type, ...) LODGER_OPTIONS_MAKE (Type, .file = __FILE__, .line = __LINE__, __VA_ARGS__)

/** LODGER_OPTIONS_HERE() without further members, as the short names use it. The compiler makes these options: nothing is
 * written when they are used. They live as long as the program. For use inside functions. In C, an `inline` function that
 * uses it has to be `static`. */
#define LODGER_PLACE(Type) LODGER_PLACE_MAKE (Type)

#ifndef __cplusplus

/** For the macros above: the struct itself. */
#define LODGER_OPTIONS_MAKE(Type, ...) (&(const Type) { .size = sizeof (Type), __VA_ARGS__ })
/** For LODGER_PLACE(): the options as a constant of the place. */
#define LODGER_PLACE_MAKE(Type)                                                                                        \
  __extension__({                                                                                                      \
    static const Type lodger_place_ = { .size = sizeof (Type), .file = __FILE__, .line = __LINE__ };                   \
    &lodger_place_;                                                                                                    \
  })

#else

/** The options of LODGER_PLACE(). */
template <typename Type>
constexpr Type
lodger_place_options (const char *file, int line)
{
  Type options = {};
  options.size = sizeof (Type);
  options.file = file;
  options.line = line;
  return options;
}

#define LODGER_PLACE_MAKE(Type)                                                                                        \
  ([] () {                                                                                                             \
    static constexpr Type lodger_place_ = lodger_place_options<Type> (__FILE__, __LINE__);                             \
    return &lodger_place_;                                                                                             \
  }())

/** Holds the options of LODGER_OPTIONS() until the end of the expression. */
template <typename Type> struct LodgerOptionsHolder
{
  Type options;

  operator const Type * () const
  {
    return &options;
  }
};

/* C++17 has no designated initializers: each `.member = value` becomes an assignment. */

#define LODGER_OPTIONS_MAKE(Type, ...)                                                                                 \
  ([&] () {                                                                                                            \
    LodgerOptionsHolder<Type> lodger_options_ = {};                                                                    \
    lodger_options_.options.size = sizeof (Type);                                                                      \
    LODGER_OPTIONS_EACH (__VA_ARGS__)                                                                                  \
    return lodger_options_;                                                                                            \
  }())

#define LODGER_OPTIONS_SET(assignment) static_cast<void> (lodger_options_.options assignment);

#define LODGER_OPTIONS_EACH(...)                                                                                       \
  LODGER_OPTIONS_COUNT (__VA_ARGS__, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6,   \
                        5, 4, 3, 2, 1, 0)                                                                              \
  (__VA_ARGS__)
#define LODGER_OPTIONS_COUNT(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, count, ...) \
  LODGER_OPTIONS_##count
#define LODGER_OPTIONS_1(member)       LODGER_OPTIONS_SET (member)
#define LODGER_OPTIONS_2(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_1 (__VA_ARGS__)
#define LODGER_OPTIONS_3(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_2 (__VA_ARGS__)
#define LODGER_OPTIONS_4(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_3 (__VA_ARGS__)
#define LODGER_OPTIONS_5(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_4 (__VA_ARGS__)
#define LODGER_OPTIONS_6(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_5 (__VA_ARGS__)
#define LODGER_OPTIONS_7(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_6 (__VA_ARGS__)
#define LODGER_OPTIONS_8(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_7 (__VA_ARGS__)
#define LODGER_OPTIONS_9(member, ...)  LODGER_OPTIONS_SET (member) LODGER_OPTIONS_8 (__VA_ARGS__)
#define LODGER_OPTIONS_10(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_9 (__VA_ARGS__)
#define LODGER_OPTIONS_11(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_10 (__VA_ARGS__)
#define LODGER_OPTIONS_12(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_11 (__VA_ARGS__)
#define LODGER_OPTIONS_13(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_12 (__VA_ARGS__)
#define LODGER_OPTIONS_14(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_13 (__VA_ARGS__)
#define LODGER_OPTIONS_15(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_14 (__VA_ARGS__)
#define LODGER_OPTIONS_16(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_15 (__VA_ARGS__)
#define LODGER_OPTIONS_17(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_16 (__VA_ARGS__)
#define LODGER_OPTIONS_18(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_17 (__VA_ARGS__)
#define LODGER_OPTIONS_19(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_18 (__VA_ARGS__)
#define LODGER_OPTIONS_20(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_19 (__VA_ARGS__)
#define LODGER_OPTIONS_21(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_20 (__VA_ARGS__)
#define LODGER_OPTIONS_22(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_21 (__VA_ARGS__)
#define LODGER_OPTIONS_23(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_22 (__VA_ARGS__)
#define LODGER_OPTIONS_24(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_23 (__VA_ARGS__)
#define LODGER_OPTIONS_25(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_24 (__VA_ARGS__)
#define LODGER_OPTIONS_26(member, ...) LODGER_OPTIONS_SET (member) LODGER_OPTIONS_25 (__VA_ARGS__)

#endif

#endif
