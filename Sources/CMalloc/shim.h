#ifndef CMALLOC_SHIM_H
#define CMALLOC_SHIM_H

/* Swift's Glibc module leaves this header out. */
#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

#endif
