/* Single-steps a thread and writes where it is: what one message makes a server execute, to the instruction, on a
   machine whose clocks cannot be trusted (x86-64).

   Usage: steps THREAD TURNS. Each step is the instruction's address, 8 bytes in this machine's order. Where that is a
   system call, the highest bit is set, and 8 bytes follow with the call's number. A turn ends with epoll_wait; after
   so many of them the thread is let go. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

static void put(uint64_t word) {
    if (fwrite(&word, sizeof word, 1, stdout) != 1) exit(1);
}

int main(int count, char **arguments) {
    int turns = count == 3 ? atoi(arguments[2]) : 0, status;
    pid_t thread = count == 3 ? atoi(arguments[1]) : 0;
    if (turns < 1 || thread < 1) {
        fprintf(stderr, "usage: steps THREAD TURNS\n");
        return 2;
    }
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) || ptrace(PTRACE_INTERRUPT, thread, 0, 0)
        || waitpid(thread, &status, __WALL) != thread) {
        perror("steps: cannot trace the thread");
        return 1;
    }
    while (turns > 0) {
        struct user_regs_struct registers;
        if (ptrace(PTRACE_SINGLESTEP, thread, 0, 0) || waitpid(thread, &status, __WALL) != thread
            || !WIFSTOPPED(status) || ptrace(PTRACE_GETREGS, thread, 0, &registers)) {
            perror("steps: lost the thread");
            return 1;
        }
        long code = ptrace(PTRACE_PEEKTEXT, thread, (void *)registers.rip, 0);
        if ((code & 0xffff) != 0x050f) {
            put(registers.rip);
            continue;
        }
        put(registers.rip | UINT64_C(1) << 63);
        put(registers.rax);
        if (registers.rax == SYS_epoll_wait) turns--;
    }
    return fflush(stdout) == 0 && ptrace(PTRACE_DETACH, thread, 0, 0) == 0 ? 0 : 1;
}
