#if canImport(Glibc)
internal import CMalloc
#endif

/// How the C library treats large pieces of memory.
enum LargeAllocations {
    /// Has pieces of a megabyte and more returned to the system as soon as they are freed.
    ///
    /// By default glibc does so only until the first of them is freed. From then on it takes pieces of up to 32 MiB
    /// from its heaps, where one small long-lived piece behind them keeps them from going back: twenty messages of
    /// 10 MB would leave 100 MB behind.
    static func returnToSystem() {
        #if canImport(Glibc)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 2 << 20)
        #endif
    }
}
