/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an outcome is: outcome-set.c makes it, outcome-read.c reads it. */
#ifndef LODGER_VALUE_H
#define LODGER_VALUE_H

#include <lodger/types.h>
#include <stddef.h>
#include <stdint.h>

typedef enum LodgerValueType
{
  V_NOTHING,
  V_POINTER,
  V_INT,
  V_BOOLEAN,
  V_STRING,
  V_BYTES,
  V_ERROR,
  V_LEADER, /* not done: the outcome will be that of this pending */
  V_SHARED, /* the value of this pending, which is done and has one of its own */
} LodgerValueType;

typedef struct LodgerBytes
{
  size_t size;
  unsigned char bytes[];
} LodgerBytes;

typedef struct LodgerValue
{
  union
  {
    void *pointer;
    int64_t number;
    char *string;
    LodgerBytes *bytes;
    LodgerError *error;
    LodgerPending *pending;
  };
  LodgerDestroyFunc destroy; /* of V_POINTER */
  LodgerValueType type;
  unsigned tag; /* of V_POINTER: the name of its type (base/tag.h); 0: none is known */
} LodgerValue;

void lodger__value_clear (LodgerValue *value);
LodgerValue lodger__value_string (const char *string);
/* The pointer with the name of its type. Without memory for that it is destroyed, and the value is an error. */
LodgerValue lodger__value_typed (const char *type, void *value, LodgerDestroyFunc destroy);
LodgerValue lodger__value_bytes (const void *bytes, size_t size);

#endif
