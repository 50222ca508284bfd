"""Room for programs that open thousands of sockets."""

import resource


def allow_files(count, purpose):
    """Raises the limit of open files as far as it goes, for this process and those it starts.

    Ends the program with a message that says what to do when so many would not fit. The limit that a shell begins with,
    1,024 on Debian, is much lower than what may be asked for.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise SystemExit(f"{purpose}: {count:,} open files are needed, and no more than {hard:,} allowed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
