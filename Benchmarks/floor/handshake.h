// The answer to a WebSocket handshake's key (RFC 6455, section 4.2.2): SHA-1 and base64.

#pragma once
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

static uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

// SHA-1 of less than 120 bytes (RFC 3174).
static void sha1(const unsigned char *text, size_t count, unsigned char digest[20]) {
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    unsigned char blocks[128] = {0};
    size_t total = count + 9 > 64 ? 128 : 64;
    memcpy(blocks, text, count);
    blocks[count] = 0x80;
    blocks[total - 2] = (unsigned char)(count >> 5);
    blocks[total - 1] = (unsigned char)(count << 3);
    for (size_t block = 0; block < total; block += 64) {
        uint32_t w[80], v[5];
        for (int i = 0; i < 16; i++) {
            memcpy(&w[i], blocks + block + 4 * i, 4);
            w[i] = ntohl(w[i]);
        }
        for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        memcpy(v, state, sizeof v);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? ((v[1] & v[2]) | (~v[1] & v[3])) + 0x5a827999
                         : i < 40 ? (v[1] ^ v[2] ^ v[3]) + 0x6ed9eba1
                         : i < 60 ? ((v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])) + 0x8f1bbcdc
                                  : (v[1] ^ v[2] ^ v[3]) + 0xca62c1d6;
            uint32_t next = rotate(v[0], 5) + f + v[4] + w[i];
            v[4] = v[3], v[3] = v[2], v[2] = rotate(v[1], 30), v[1] = v[0], v[0] = next;
        }
        for (int i = 0; i < 5; i++) state[i] += v[i];
    }
    for (int i = 0; i < 20; i++) digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

// Writes the Sec-WebSocket-Accept of a key of at most 40 bytes.
static void acceptKey(const char *key, size_t count, char accept[29]) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char text[80], digest[21] = {0};
    memcpy(text, key, count);
    memcpy(text + count, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    sha1(text, count + 36, digest);
    for (int i = 0; i < 7; i++) {
        uint32_t bits = (uint32_t)digest[3 * i] << 16 | (uint32_t)digest[3 * i + 1] << 8 | digest[3 * i + 2];
        for (int j = 0; j < 4; j++) accept[4 * i + j] = alphabet[bits >> (18 - 6 * j) & 63];
    }
    accept[27] = '=';
    accept[28] = 0;
}
