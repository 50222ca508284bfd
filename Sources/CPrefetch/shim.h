#ifndef CPREFETCH_SHIM_H
#define CPREFETCH_SHIM_H

/* Has the processor fetch memory that is about to be read and written, without waiting for it. Any address will do: what
   is not mapped is not fetched, and that is all. */
static inline void cprefetch(const void *address, int bytes) {
    if (!address) return;
    for (int offset = 0; offset < bytes; offset += 64) __builtin_prefetch((const char *)address + offset, 1, 3);
}

#endif
