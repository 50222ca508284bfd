// The round trip of a message through Redis: PUBLISH on one connection until it arrives on a subscribed other one.
//
//     redis PORT COUNT INTERVAL_US
//
// Prints the percentiles in microseconds as one JSON object. The payload is as long as that of `make bench`.

#define _GNU_SOURCE
#include <string.h>

#include "loopback.h"

// Reads a reply of at least so many bytes, to the end of its last line.
static void receive(int fd, size_t atLeast) {
    char bytes[4096];
    size_t count = 0;
    while (count < atLeast || bytes[count - 1] != '\n') {
        ssize_t part = read(fd, bytes + count, sizeof bytes - count);
        if (part <= 0) die("read");
        count += (size_t)part;
    }
}

static int compare(const void *left, const void *right) {
    uint64_t l = *(const uint64_t *)left, r = *(const uint64_t *)right;
    return l < r ? -1 : l > r;
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: redis PORT COUNT INTERVAL_US\n"), 64;
    int port = atoi(argv[1]), count = atoi(argv[2]), interval = atoi(argv[3]);
    if (count < 1 || count > 1000000 || interval < 0) return fprintf(stderr, "redis: bad numbers\n"), 64;
    int subscriber = openConnection(port), publisher = openConnection(port);
    const char *subscribe = "*2\r\n$9\r\nSUBSCRIBE\r\n$5\r\nfloor\r\n";
    sendAll(subscriber, subscribe, strlen(subscribe));
    receive(subscriber, 30);

    char payload[200], command[400];
    memset(payload, 'x', sizeof payload);
    int length = snprintf(command, sizeof command, "*3\r\n$7\r\nPUBLISH\r\n$5\r\nfloor\r\n$%zu\r\n%.*s\r\n",
                          sizeof payload, (int)sizeof payload, payload);
    uint64_t *times = calloc((size_t)count, sizeof *times);
    if (!times || length < 0) die("calloc");
    for (int i = 0; i < count; i++) {
        uint64_t start = now();
        sendAll(publisher, command, (size_t)length);
        receive(subscriber, sizeof payload);
        times[i] = now() - start;
        receive(publisher, 4);  // how many have received it
        usleep((useconds_t)interval);
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("{\"p50\":%.1f,\"p99\":%.1f}\n", (double)times[count / 2] / 1e3, (double)times[count * 99 / 100] / 1e3);
}
