#ifndef CMALLOC_SHIM_H
#define CMALLOC_SHIM_H

/* Swift's Glibc module leaves this header out. */
#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
/* How many bytes of the heaps are in use, and what frees the rest to the system. */
static inline size_t cmalloc_used(void) { return mallinfo2().uordblks; }
static inline void cmalloc_trim(void) { malloc_trim(0); }
#else
/* mallinfo counts no further than 2 GiB, so nothing is said, and nothing is to be done about it. */
static inline size_t cmalloc_used(void) { return 0; }
static inline void cmalloc_trim(void) {}
#endif

#endif
