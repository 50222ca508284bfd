// Bytes that grow, and bytes that belong to others.

#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *bytes;
    size_t count, capacity;
} Buffer;

typedef struct {
    const unsigned char *bytes;
    size_t count;
} Slice;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void append(Buffer *buffer, const void *bytes, size_t count) {
    if (buffer->count + count > buffer->capacity) {
        buffer->capacity = (buffer->count + count) * 2;
        buffer->bytes = realloc(buffer->bytes, buffer->capacity);
        if (!buffer->bytes) die("realloc");
    }
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

static void appendText(Buffer *buffer, const char *text) { append(buffer, text, strlen(text)); }
static void appendSlice(Buffer *buffer, Slice slice) { append(buffer, slice.bytes, slice.count); }

static void release(Buffer *buffer) {
    free(buffer->bytes);
    *buffer = (Buffer){0};
}
