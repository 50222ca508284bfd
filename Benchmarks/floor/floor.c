// The floor: what the kernel alone costs a single-threaded server that fans out WebSocket messages.
//
//     floor [--port N] [--coalesce] [--fault drop|duplicate|swap]
//
// Understands just enough of Phoenix Channels V2 for `channelsocket bench`: phx_join, heartbeat, the event "echo"
// (replied to with its payload); any other event is broadcast to all members of the topic. It validates nothing, never
// allocates per message, and trusts clients to join a topic once. A message goes to each subscriber with a send(2) of its own,
// or with --coalesce all messages of one epoll round go out with one. --fault mishandles every 100th broadcast for one
// subscriber, so that a benchmark can be seen to notice.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "buffer.h"
#include "handshake.h"

enum { MAX_FILES = 1 << 16, BUCKETS = 1 << 14, ROUND = 1024 };

typedef struct Topic {
    struct Topic *next;  // of the same bucket
    char *name;
    size_t length;
    int *members, count, capacity;
    Buffer pending;  // what this round sends, when coalescing
} Topic;

typedef struct {
    bool open, upgraded, awaitsOutput;
    Topic **topics;
    int topicCount;
    Buffer input, output;  // an incomplete frame; what the kernel would not take
} Connection;

static Connection connections[MAX_FILES];
static Topic *buckets[BUCKETS];
static Topic **dirty;
static int dirtyCount, dirtyCapacity, poller;
static bool coalesce;
static enum { NONE, DROP, DUPLICATE, SWAP } fault;
static unsigned char received[1 << 18];
static Buffer frame, held;

// ---- Sending

static void closeConnection(int fd) {
    Connection *connection = &connections[fd];
    for (int t = 0; t < connection->topicCount; t++) {
        Topic *topic = connection->topics[t];
        for (int i = 0; i < topic->count; i++) {
            if (topic->members[i] != fd) continue;
            topic->members[i] = topic->members[--topic->count];
            break;
        }
    }
    free(connection->topics);
    release(&connection->input);
    release(&connection->output);
    *connection = (Connection){0};
    close(fd);
}

static void awaitOutput(int fd, bool wanted) {
    if (connections[fd].awaitsOutput == wanted) return;
    connections[fd].awaitsOutput = wanted;
    struct epoll_event event = {.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
}

static void transmit(int fd, const unsigned char *bytes, size_t count) {
    Connection *connection = &connections[fd];
    if (connection->output.count == 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == (ssize_t)count) return;
        if (sent < 0 && errno != EAGAIN) return;  // its end is read soon
        if (sent > 0) bytes += sent, count -= (size_t)sent;
    }
    append(&connection->output, bytes, count);
    awaitOutput(fd, true);
}

static void flushOutput(int fd) {
    Buffer *output = &connections[fd].output;
    ssize_t sent = send(fd, output->bytes, output->count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return;
    memmove(output->bytes, output->bytes + sent, output->count - (size_t)sent);
    output->count -= (size_t)sent;
    if (output->count == 0) awaitOutput(fd, false);
}

// Frames are written behind room for the longest header; begins one, and ends it with the header in front.
static void beginFrame(void) {
    frame.count = 0;
    append(&frame, "0123456789", 10);
}

static Slice endFrame(unsigned char opcode) {
    size_t count = frame.count - 10, header = count < 126 ? 2 : count < 65536 ? 4 : 10;
    unsigned char *start = frame.bytes + 10 - header;
    start[0] = 0x80 | opcode;
    start[1] = header == 2 ? (unsigned char)count : header == 4 ? 126 : 127;
    for (size_t i = 2; i < header; i++) start[i] = (unsigned char)(count >> 8 * (header - 1 - i));
    return (Slice){start, count + header};
}

static void broadcast(Topic *topic, Slice message) {
    static unsigned long broadcasts;
    bool faulty = fault && ++broadcasts % 100 == 0;
    if (coalesce && !fault) {
        if (topic->pending.count == 0) {
            if (dirtyCount == dirtyCapacity) {
                dirtyCapacity = dirtyCapacity * 2 + 64;
                dirty = realloc(dirty, sizeof *dirty * (size_t)dirtyCapacity);
                if (!dirty) die("realloc");
            }
            dirty[dirtyCount++] = topic;
        }
        appendSlice(&topic->pending, message);
        return;
    }
    for (int i = 0; i < topic->count; i++) {
        bool spoiled = faulty && i == topic->count - 1;
        if (spoiled && fault == DROP) continue;
        if (spoiled && fault == SWAP) {  // held back until after the next
            held.count = 0;
            appendSlice(&held, message);
            continue;
        }
        transmit(topic->members[i], message.bytes, message.count);
        if (spoiled && fault == DUPLICATE) transmit(topic->members[i], message.bytes, message.count);
        if (held.count > 0 && i == topic->count - 1) {
            transmit(topic->members[i], held.bytes, held.count);
            held.count = 0;
        }
    }
}

static void flushTopics(void) {
    for (int i = 0; i < dirtyCount; i++) {
        Topic *topic = dirty[i];
        for (int m = 0; m < topic->count; m++) transmit(topic->members[m], topic->pending.bytes, topic->pending.count);
        topic->pending.count = 0;
    }
    dirtyCount = 0;
}

// ---- Phoenix

static Topic *topicNamed(Slice name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.count; i++) hash = (hash ^ name.bytes[i]) * 16777619u;
    Topic **bucket = &buckets[hash % BUCKETS];
    for (Topic *topic = *bucket; topic; topic = topic->next)
        if (topic->length == name.count && memcmp(topic->name, name.bytes, name.count) == 0) return topic;
    Topic *topic = calloc(1, sizeof *topic);
    if (!topic || !(topic->name = malloc(name.count + 1))) die("malloc");
    memcpy(topic->name, name.bytes, name.count);
    topic->length = name.count;
    topic->next = *bucket;
    return *bucket = topic;
}

static void join(int fd, Topic *topic) {
    Connection *connection = &connections[fd];
    connection->topics = realloc(connection->topics, sizeof *connection->topics * (size_t)(connection->topicCount + 1));
    if (!connection->topics) die("realloc");
    connection->topics[connection->topicCount++] = topic;
    if (topic->count == topic->capacity) {
        topic->capacity = topic->capacity * 2 + 1;
        topic->members = realloc(topic->members, sizeof *topic->members * (size_t)topic->capacity);
        if (!topic->members) die("realloc");
    }
    topic->members[topic->count++] = fd;
}

static bool equals(Slice slice, const char *text) {
    return slice.count == strlen(text) && memcmp(slice.bytes, text, slice.count) == 0;
}

// Takes `"text",` or `null,` from the front; quotes stay with refs.
static Slice take(Slice *rest, bool quoted) {
    const unsigned char *comma = memchr(rest->bytes, ',', rest->count);
    if (!comma) return (Slice){rest->bytes, 0};
    Slice part = {rest->bytes, (size_t)(comma - rest->bytes)};
    rest->count -= part.count + 1;
    rest->bytes = comma + 1;
    if (quoted && part.count >= 2) part.bytes++, part.count -= 2;
    return part;
}

static void reply(int fd, Slice joinRef, Slice ref, Slice topic, Slice response) {
    beginFrame();
    appendText(&frame, "[");
    appendSlice(&frame, joinRef);
    appendText(&frame, ",");
    appendSlice(&frame, ref);
    appendText(&frame, ",\"");
    appendSlice(&frame, topic);
    appendText(&frame, "\",\"phx_reply\",{\"status\":\"ok\",\"response\":");
    appendSlice(&frame, response);
    appendText(&frame, "}]");
    Slice message = endFrame(1);
    transmit(fd, message.bytes, message.count);
}

static void receiveMessage(int fd, Slice text) {
    if (text.count < 2) return;
    Slice rest = {text.bytes + 1, text.count - 2}, empty = {(const unsigned char *)"{}", 2};
    Slice joinRef = take(&rest, false), ref = take(&rest, false), topic = take(&rest, true), event = take(&rest, true);
    if (equals(event, "phx_join")) {
        join(fd, topicNamed(topic));
        reply(fd, joinRef, ref, topic, empty);
    } else if (equals(event, "heartbeat")) {
        reply(fd, joinRef, ref, topic, empty);
    } else if (equals(event, "echo")) {
        reply(fd, joinRef, ref, topic, rest);
    } else if (connections[fd].topicCount > 0) {
        Topic *first = connections[fd].topics[0];
        bool isFirst = first->length == topic.count && memcmp(first->name, topic.bytes, topic.count) == 0;
        beginFrame();
        appendText(&frame, "[null,null,\"");
        appendSlice(&frame, topic);
        appendText(&frame, "\",\"");
        appendSlice(&frame, event);
        appendText(&frame, "\",");
        appendSlice(&frame, rest);
        appendText(&frame, "]");
        broadcast(isFirst ? first : topicNamed(topic), endFrame(1));
    }
}

// ---- Receiving

static size_t upgrade(int fd, unsigned char *bytes, size_t count) {
    unsigned char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    char *key = strcasestr((char *)bytes, "sec-websocket-key:"), accept[29], response[256];
    if (!key) return 0;
    key += strlen("sec-websocket-key:");
    while (*key == ' ') key++;
    size_t length = strcspn(key, "\r\n ");
    acceptKey(key, length < 40 ? length : 40, accept);
    int size = snprintf(response, sizeof response,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    transmit(fd, (unsigned char *)response, (size_t)size);
    connections[fd].upgraded = true;
    return (size_t)(end + 4 - bytes);
}

// Returns how many bytes the first frame has; 0 if it is not complete; closes the connection on a close frame.
static size_t receiveFrame(int fd, unsigned char *bytes, size_t count) {
    if (count < 6) return 0;
    size_t length = bytes[1] & 0x7f, start = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (count < start + 4) return 0;
    if (start > 2) {
        length = 0;
        for (size_t i = 2; i < start; i++) length = length << 8 | bytes[i];
    }
    if (count - start - 4 < length) return 0;
    unsigned char *mask = bytes + start, *payload = mask + 4;
    uint64_t wide;
    memcpy(&wide, mask, 4);
    memcpy((unsigned char *)&wide + 4, mask, 4);
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, payload + i, 8);
        word ^= wide;
        memcpy(payload + i, &word, 8);
    }
    for (; i < length; i++) payload[i] ^= mask[i & 3];
    switch (bytes[0] & 0x0f) {
        case 1: receiveMessage(fd, (Slice){payload, length}); break;
        case 8: closeConnection(fd); break;
        default: break;
    }
    return start + 4 + length;
}

static void receive(int fd) {
    Connection *connection = &connections[fd];
    ssize_t count = recv(fd, received, sizeof received, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        closeConnection(fd);
        return;
    }
    unsigned char *bytes = received;
    size_t left = (size_t)count;
    bool wasPartial = connection->input.count > 0;
    if (wasPartial) {
        append(&connection->input, received, left);
        bytes = connection->input.bytes;
        left = connection->input.count;
    }
    while (left > 0) {
        size_t used = connection->upgraded ? receiveFrame(fd, bytes, left) : upgrade(fd, bytes, left);
        if (!connection->open) return;
        if (used == 0) break;
        bytes += used;
        left -= used;
    }
    if (wasPartial) {
        memmove(connection->input.bytes, bytes, left);
        connection->input.count = left;
    } else if (left > 0) {
        append(&connection->input, bytes, left);
    }
    if (connection->input.count == 0) release(&connection->input);
}

static void acceptAll(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (fd < 0) return;
        if (fd >= MAX_FILES) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[fd] = (Connection){.open = true};
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    int port = 0, on = 1;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--coalesce") == 0) coalesce = true;
        else if (strcmp(argv[i], "--port") == 0) port = atoi(value), i++;
        else if (strcmp(argv[i], "--fault") == 0) fault = *value == 's' ? SWAP : value[1] == 'u' ? DUPLICATE : DROP, i++;
        else return fprintf(stderr, "usage: floor [--port N] [--coalesce] [--fault drop|duplicate|swap]\n"), 64;
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) limit.rlim_cur = limit.rlim_max, setrlimit(RLIMIT_NOFILE, &limit);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof address;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);

    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[ROUND], listening = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &listening);
    for (;;) {
        int count = epoll_wait(poller, events, ROUND, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) acceptAll(listener);
            else {
                if (events[i].events & EPOLLOUT) flushOutput(fd);
                if (connections[fd].open && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(fd);
            }
        }
        flushTopics();
    }
}
