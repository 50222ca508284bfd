// The round trip of a message through Redis: PUBLISH on one connection until it arrives on a subscribed other one.
//
//     redis PORT COUNT INTERVAL_US
//
// Prints the percentiles in microseconds as one JSON object. The payload is as long as that of `make bench`.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int openConnection(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void sendAll(int fd, const char *text) {
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) die("write");
}

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
    sendAll(subscriber, "*2\r\n$9\r\nSUBSCRIBE\r\n$5\r\nfloor\r\n");
    receive(subscriber, 30);

    char payload[200], command[400];
    memset(payload, 'x', sizeof payload);
    int length = snprintf(command, sizeof command, "*3\r\n$7\r\nPUBLISH\r\n$5\r\nfloor\r\n$%zu\r\n%.*s\r\n",
                          sizeof payload, (int)sizeof payload, payload);
    uint64_t *times = calloc((size_t)count, sizeof *times);
    if (!times || length < 0) die("calloc");
    for (int i = 0; i < count; i++) {
        uint64_t start = now();
        sendAll(publisher, command);
        receive(subscriber, sizeof payload);
        times[i] = now() - start;
        receive(publisher, 4);  // how many have received it
        usleep((useconds_t)interval);
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("{\"p50\":%.1f,\"p99\":%.1f}\n", (double)times[count / 2] / 1e3, (double)times[count * 99 / 100] / 1e3);
}
