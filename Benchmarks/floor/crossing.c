// What a node takes from the others: publishes to a topic through Redis as another node does, and is the client that gets
// it all from the node.
//
//     crossing REDIS_PORT NODE_PORT MILLISECONDS
//
// So many messages are under way at most (WINDOW); each has to arrive, once and in order. Prints what arrived as one JSON
// object.

#define _GNU_SOURCE
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "loopback.h"

enum { WINDOW = 512, PAYLOAD = 128, PATIENCE_MS = 5000 };

#define TOPIC "room:crossing"
#define FRAME "[null,null,\"" TOPIC "\",\"new_msg\",{\"seq\":\""

static struct Stream {
    int fd;
    size_t count;
    char bytes[1 << 18];
} redis, client;

static void fail(const char *what) {
    fprintf(stderr, "crossing: %s\n", what);
    exit(1);
}

static void receive(struct Stream *stream) {
    ssize_t part = read(stream->fd, stream->bytes + stream->count, sizeof stream->bytes - stream->count);
    if (part <= 0) fail("a connection was closed");
    stream->count += (size_t)part;
}

static void drop(struct Stream *stream, size_t count) {
    memmove(stream->bytes, stream->bytes + count, stream->count - count);
    stream->count -= count;
}

// The length of the frame at an offset, header and all, and where its body begins; 0 if it is not there completely.
static size_t frameAt(size_t offset, size_t *body) {
    const unsigned char *bytes = (const unsigned char *)client.bytes + offset;
    size_t there = client.count - offset, length;
    if (there < 4) return 0;
    if (bytes[1] > 126) fail("a frame of a length that was not sent");
    length = bytes[1] == 126 ? (size_t)bytes[2] << 8 | bytes[3] : bytes[1];
    *body = offset + (bytes[1] == 126 ? 4 : 2);
    return there < *body - offset + length ? 0 : *body - offset + length;
}

static void join(int port) {
    const char *request = "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    const char *text = "[\"1\",\"1\",\"" TOPIC "\",\"phx_join\",{}]";
    char frame[100] = {(char)0x81, (char)(0x80 | strlen(text))};  // masked with zeros
    char *end;
    size_t body, length;
    client.fd = openConnection(port);
    sendAll(client.fd, request, strlen(request));
    do receive(&client);
    while (!(end = memmem(client.bytes, client.count, "\r\n\r\n", 4)));
    if (strncmp(client.bytes, "HTTP/1.1 101", 12)) fail("no WebSocket");
    drop(&client, (size_t)(end - client.bytes) + 4);
    memcpy(frame + 6, text, strlen(text));
    sendAll(client.fd, frame, 6 + strlen(text));
    while (!(length = frameAt(0, &body))) receive(&client);
    if (!memmem(client.bytes, length, "\"ok\"", 4)) fail("the join was refused");
    drop(&client, length);
}

// Publishes messages of which the first has a number.
static void publish(uint64_t first, uint64_t count) {
    static char batch[WINDOW * 400];
    char message[300];
    size_t size = 0;
    for (uint64_t number = first; number < first + count; number++) {
        int length = snprintf(message, sizeof message, "cs1 crossing - " FRAME "%010lu\",\"body\":\"%0*d\"}]",
                              (unsigned long)number, PAYLOAD - 31, 0);
        size += (size_t)snprintf(batch + size, sizeof batch - size,
                                 "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\nchannels:" TOPIC "\r\n$%d\r\n%s\r\n",
                                 strlen("channels:" TOPIC), length, message);
    }
    sendAll(redis.fd, batch, size);
}

// Takes what has arrived, from the message of a number on; returns the number after the last.
static uint64_t take(uint64_t number) {
    size_t offset = 0, length, body;
    receive(&client);
    while ((length = frameAt(offset, &body))) {
        if (memcmp(client.bytes + body, FRAME, strlen(FRAME))) fail("another frame");
        if (strtoull(client.bytes + body + strlen(FRAME), NULL, 10) != number) fail("a message is missing, or doubled");
        number++;
        offset += length;
    }
    drop(&client, offset);
    return number;
}

int main(int argc, char **argv) {
    uint64_t sent = 0, arrived = 0;
    if (argc != 4) return fprintf(stderr, "usage: crossing REDIS_PORT NODE_PORT MILLISECONDS\n"), 64;
    redis.fd = openConnection(atoi(argv[1]));
    join(atoi(argv[2]));
    uint64_t start = now(), end = start + strtoull(argv[3], NULL, 10) * 1000000;
    bool isOver = false;
    while (!(isOver = isOver || now() >= end) || arrived < sent) {
        // Half a window at a time: what is sent one by one is received one by one.
        if (!isOver && sent - arrived <= WINDOW / 2) {
            publish(sent, WINDOW / 2);
            sent += WINDOW / 2;
        }
        struct pollfd ready[] = {{redis.fd, POLLIN, 0}, {client.fd, POLLIN, 0}};
        if (poll(ready, 2, PATIENCE_MS) <= 0) fail("messages do not arrive");
        if (ready[0].revents) {
            receive(&redis);
            if (memchr(redis.bytes, '-', redis.count)) fail("Redis refused a message");
            redis.count = 0;
        }
        if (ready[1].revents) arrived = take(arrived);
    }
    printf("{\"arrived\":%lu,\"seconds\":%.3f}\n", (unsigned long)arrived, (double)(now() - start) / 1e9);
}
