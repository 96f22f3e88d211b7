/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one intrusive list: doubly linked, oldest first. Zeroed memory is an empty list and a link that is on none. */
#ifndef LODGER_LIST_H
#define LODGER_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct LodgerLink LodgerLink;

typedef struct LodgerList
{
  LodgerLink *first, *last;
} LodgerList;

struct LodgerLink
{
  LodgerLink *prev, *next;
  LodgerList *list; /* NULL: on none */
};

static inline void *
lodger__list_owner (const void *member, size_t offset)
{
  return member != NULL ? (void *) ((uintptr_t) member - offset) : NULL;
}

/* The struct that a link is a member of; NULL for NULL. */
#define lodger__list_item(link, Type, member) ((Type *) lodger__list_owner ((link), offsetof (Type, member)))
/* That of a member which is there. */
#define lodger__owner(pointer, Type, member) ((Type *) ((uintptr_t) (pointer) -offsetof (Type, member)))

#define lodger__list_first(list, Type, member) lodger__list_item ((list)->first, Type, member)
#define lodger__list_next(item, Type, member)  lodger__list_item ((item)->member.next, Type, member)
#define lodger__list_for(item, list, Type, member)                                                                     \
  for (Type *item = lodger__list_first (list, Type, member); item != NULL;                                             \
       item = lodger__list_next (item, Type, member))

/* Before `next`; NULL: at the end. */
static inline void
lodger__list_insert (LodgerList *list, LodgerLink *link, LodgerLink *next)
{
  LodgerLink *prev = next != NULL ? next->prev : list->last;
  *link = (LodgerLink) { .prev = prev, .next = next, .list = list };
  *(prev != NULL ? &prev->next : &list->first) = link;
  *(next != NULL ? &next->prev : &list->last) = link;
}

static inline void
lodger__list_append (LodgerList *list, LodgerLink *link)
{
  lodger__list_insert (list, link, NULL);
}

static inline void
lodger__list_prepend (LodgerList *list, LodgerLink *link)
{
  lodger__list_insert (list, link, list->first);
}

/* False: it was on no list. */
static inline bool
lodger__list_remove (LodgerLink *link)
{
  LodgerList *list = link->list;
  if (list == NULL)
    return false;
  *(link->prev != NULL ? &link->prev->next : &list->first) = link->next;
  *(link->next != NULL ? &link->next->prev : &list->last) = link->prev;
  *link = (LodgerLink) { NULL, NULL, NULL };
  return true;
}

/* The oldest, taken out; NULL: the list is empty. */
static inline LodgerLink *
lodger__list_pop (LodgerList *list)
{
  LodgerLink *first = list->first;
  if (first != NULL)
    lodger__list_remove (first);
  return first;
}

#endif
