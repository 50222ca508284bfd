#ifndef CHIREDIS_SHIM_H
#define CHIREDIS_SHIM_H

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

/* What differs between hiredis 0.14 and 1.x is hidden here, so that the Swift code compiles with either. */

#if HIREDIS_MAJOR >= 1
typedef size_t chiredis_count;
#else
typedef int chiredis_count;
#endif

/* A reader whose arrays are limited in length and depth: hiredis allocates an array when its header arrives, so a
   peer that is not Redis could otherwise ask for gigabytes with a dozen bytes. */
typedef struct chiredis_reader {
    redisReader *reader;
    redisReplyObjectFunctions functions;
    void *(*create_array)(const redisReadTask *, chiredis_count);
    size_t max_elements;
    int limit_exceeded;
} chiredis_reader;

enum { chiredis_max_depth = 7 };

static void *chiredis_create_limited_array(const redisReadTask *task, chiredis_count count) {
    chiredis_reader *self = (chiredis_reader *)task->privdata;
    int depth = 0;
    for (const redisReadTask *parent = task->parent; parent != NULL; parent = parent->parent) depth++;
    if (depth >= chiredis_max_depth || (size_t)count > self->max_elements) {
        self->limit_exceeded = 1;
        return NULL;
    }
    return self->create_array(task, count);
}

static inline void chiredis_reader_free(chiredis_reader *self) {
    if (self == NULL) return;
    if (self->reader != NULL) redisReaderFree(self->reader);
    free(self);
}

/* NULL when there is no memory. */
static inline chiredis_reader *chiredis_reader_create(size_t max_elements, size_t max_idle_buffer) {
    chiredis_reader *self = (chiredis_reader *)calloc(1, sizeof(*self));
    if (self == NULL) return NULL;
    self->reader = redisReaderCreate();
    if (self->reader == NULL) {
        chiredis_reader_free(self);
        return NULL;
    }
    self->functions = *self->reader->fn;
    self->create_array = self->functions.createArray;
    self->functions.createArray = chiredis_create_limited_array;
    self->max_elements = max_elements;
    self->reader->fn = &self->functions;
    self->reader->privdata = self;
    self->reader->maxbuf = max_idle_buffer;
    return self;
}

/* Bytes fed that no reply has used yet. */
static inline size_t chiredis_reader_unread(const chiredis_reader *self) {
    return self->reader->len - self->reader->pos;
}

static inline const char *chiredis_reader_error(const chiredis_reader *self) {
    return self->reader->errstr;
}

/* -1 when there is no memory. */
static inline long long chiredis_format(char **target, int argc, const char **argv, const size_t *lengths) {
    return redisFormatCommandArgv(target, argc, argv, lengths);
}

#endif
