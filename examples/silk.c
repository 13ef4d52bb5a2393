// Draws Peter de Jong's attractor: where a point goes that jumps by sines of where it is.
//
// Instances share one memory, in which each adds to the same picture, by atomic instructions. Whoever is done with a part takes the next.
// Nothing here needs a stack, which instances would have to share too. `silk.mjs` is the program around it; build it with
//
//     clang --target=wasm32 -O3 -matomics -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--import-memory,--shared-memory \
//         -Wl,--max-memory=33554432 -Wl,-s -o silk.wasm silk.c

#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum { WIDTH = 1000, HEIGHT = 1000, PARTS = 100, JUMPS = 160000, ROW = 1 + 3 * WIDTH };

// How much red, green and blue light has fallen on each point of the picture.
static uint32_t light[HEIGHT * WIDTH * 3];
static uint32_t next_part;
// Rows as a PNG has them, and then whatever somebody wants the checksum of.
static uint8_t pixels[HEIGHT * ROW];

EXPORT(width) int width(void) { return WIDTH; }
EXPORT(height) int height(void) { return HEIGHT; }
EXPORT(pixels) uint8_t *pixels_start(void) { return pixels; }
EXPORT(pixels_length) uint32_t pixels_length(void) { return sizeof pixels; }

// The sine of an angle that is not large.
static inline float sine(float x) {
    float turns = x * 0.15915494f;
    turns -= __builtin_rintf(turns);
    float half = __builtin_fabsf(turns);
    float y = turns * (8.0f - 16.0f * half);
    return y * (0.775f + 0.225f * __builtin_fabsf(y));
}
static inline float cosine(float x) { return sine(x + 1.5707963f); }

static inline void shine(uint32_t place, float much) {
    __atomic_fetch_add(&light[place], (uint32_t)much, __ATOMIC_RELAXED);
}

static void draw_part(uint32_t part) {
    const float a = 1.4f, b = -2.3f, c = 2.4f, d = -2.1f;
    uint32_t random = part * 2654435761u + 1;
    float x = (float)(random >> 16) / 65536.0f, y = (float)(random & 65535) / 65536.0f;
    for (int jump = 0; jump < JUMPS; jump++) {
        float new_x = sine(a * y) - cosine(b * x);
        float new_y = sine(c * x) - cosine(d * y);
        float across = new_x - x, up = new_y - y;
        x = new_x;
        y = new_y;
        uint32_t column = (uint32_t)((x + 2.05f) * (WIDTH / 4.1f));
        uint32_t row = (uint32_t)((y + 2.05f) * (HEIGHT / 4.1f));
        // The first jumps only lead there.
        if (jump < 20 || column >= WIDTH || row >= HEIGHT) continue;
        uint32_t place = 3 * (row * WIDTH + column);
        float far = across * across + up * up;
        // Colour by how far it has come, and from where.
        shine(place, 20.0f + 9.0f * far);
        shine(place + 1, 26.0f + 12.0f * across);
        shine(place + 2, 44.0f + 14.0f * up);
    }
}

// Draws until all parts are taken, and says how many it has drawn.
EXPORT(draw) int draw(void) {
    for (int drawn = 0;; drawn++) {
        uint32_t part = __atomic_fetch_add(&next_part, 1, __ATOMIC_RELAXED);
        if (part >= PARTS) return drawn;
        draw_part(part);
    }
}

EXPORT(points) int points(void) { return PARTS * JUMPS; }

// The logarithm to base 2 of what is not less than 1, about.
static inline float logarithm(float x) {
    union { float f; uint32_t bits; } u = {x};
    float exponent = (float)(int)(u.bits >> 23) - 127.0f;
    u.bits = (u.bits & 0x7fffff) | 0x3f800000;
    float m = u.f - 1.0f;
    return exponent + m * (1.4249f + m * (-0.5877f + m * 0.1628f));
}

// Makes the rows of the picture, each with the filter "sub" before it.
EXPORT(develop) void develop(void) {
    float brightest = 1.0f;
    for (int i = 0; i < HEIGHT * WIDTH * 3; i++) {
        float here = logarithm(1.0f + (float)light[i] / 8.0f);
        if (here > brightest) brightest = here;
    }
    for (int row = 0; row < HEIGHT; row++) {
        uint8_t *out = &pixels[row * ROW];
        *out++ = 1;
        uint8_t before[3] = {0, 0, 0};
        for (int column = 0; column < WIDTH; column++) {
            for (int colour = 0; colour < 3; colour++) {
                float here = logarithm(1.0f + (float)light[3 * (row * WIDTH + column) + colour] / 8.0f) / brightest;
                float shown = here * here * (3.0f - 2.0f * here) * 255.0f;
                uint8_t value = shown > 255.0f ? 255 : (uint8_t)shown;
                *out++ = value - before[colour];
                before[colour] = value;
            }
        }
    }
}

// The checksum of a chunk of a PNG, whose bytes are where the rows were.
EXPORT(checksum) uint32_t checksum(uint32_t length) {
    uint32_t sum = ~0u;
    for (uint32_t i = 0; i < length; i++) {
        sum ^= pixels[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum;
}
