// Draws a ray-traced scene: in the terminal, and with `-o FILE` as a PNG image too.
//
// A WASI program like any other: it reads its arguments and environment, writes to the terminal and,
// where it was given a directory, to a file. Build it with any compiler for WASI, such as
//
//     clang --target=wasm32-wasi -O3 -flto -Wl,-s -o rays.wasm rays.c
//
// NO_COLOR set draws in characters instead of colours; COLUMNS gives the width.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { float x, y, z; } Vec;

static Vec vec(float x, float y, float z) { return (Vec){x, y, z}; }
static Vec add(Vec a, Vec b) { return vec(a.x + b.x, a.y + b.y, a.z + b.z); }
static Vec sub(Vec a, Vec b) { return vec(a.x - b.x, a.y - b.y, a.z - b.z); }
static Vec scale(Vec a, float k) { return vec(a.x * k, a.y * k, a.z * k); }
static Vec times(Vec a, Vec b) { return vec(a.x * b.x, a.y * b.y, a.z * b.z); }
static float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static Vec unit(Vec a) { return scale(a, 1.0f / sqrtf(dot(a, a))); }
static Vec reflect(Vec d, Vec n) { return sub(d, scale(n, 2.0f * dot(d, n))); }

typedef struct { Vec centre; float radius; Vec colour; float mirror; } Sphere;

static const Sphere spheres[] = {
    {{0.0f, 1.0f, 0.0f}, 1.0f, {0.95f, 0.95f, 0.98f}, 0.75f},
    {{-1.9f, 0.62f, 0.7f}, 0.62f, {0.93f, 0.30f, 0.25f}, 0.15f},
    {{1.75f, 0.55f, 0.9f}, 0.55f, {0.22f, 0.55f, 0.95f}, 0.2f},
    {{0.55f, 0.32f, 1.75f}, 0.32f, {0.98f, 0.78f, 0.22f}, 0.1f},
    {{-0.75f, 0.27f, 1.7f}, 0.27f, {0.35f, 0.80f, 0.45f}, 0.3f},
};
static const int sphere_count = sizeof spheres / sizeof spheres[0];

typedef struct { float distance; Vec normal, colour; float mirror; } Hit;

static float sphere_distance(const Sphere *s, Vec from, Vec dir) {
    Vec to = sub(s->centre, from);
    float along = dot(to, dir);
    float inside = s->radius * s->radius - dot(to, to) + along * along;
    if (inside < 0.0f) return -1.0f;
    float half = sqrtf(inside);
    return along - half > 1e-3f ? along - half : along + half > 1e-3f ? along + half : -1.0f;
}

// The floor is woven: warp and weft threads take turns on top.
static Vec floor_colour(Vec p) {
    float u = p.x * 2.0f + 0.5f, v = p.z * 2.0f;
    float fu = u - floorf(u), fv = v - floorf(v);
    int weft_on_top = ((int)floorf(u) + (int)floorf(v)) & 1;
    float across = weft_on_top ? fv : fu;
    float round = 0.45f + 0.55f * sinf(across * 3.14159265f);
    Vec thread = weft_on_top ? vec(0.86f, 0.80f, 0.70f) : vec(0.36f, 0.33f, 0.42f);
    return scale(thread, round);
}

static int trace(Vec from, Vec dir, Hit *hit) {
    hit->distance = 1e9f;
    for (int i = 0; i < sphere_count; i++) {
        float d = sphere_distance(&spheres[i], from, dir);
        if (d < 0.0f || d >= hit->distance) continue;
        Vec point = add(from, scale(dir, d));
        *hit = (Hit){d, unit(sub(point, spheres[i].centre)), spheres[i].colour, spheres[i].mirror};
    }
    float d = -from.y / dir.y;
    if (d > 1e-3f && d < hit->distance && d < 40.0f)
        *hit = (Hit){d, vec(0, 1, 0), floor_colour(add(from, scale(dir, d))), 0.08f};
    return hit->distance < 1e9f;
}

static Vec sky(Vec dir) {
    float t = 0.5f * (dir.y + 1.0f);
    return add(scale(vec(0.95f, 0.70f, 0.52f), 1.0f - t), scale(vec(0.05f, 0.13f, 0.42f), t));
}

static Vec shade(Vec from, Vec dir, int depth) {
    Hit hit, block;
    if (!trace(from, dir, &hit)) return sky(dir);
    Vec point = add(from, scale(dir, hit.distance));
    Vec light = unit(vec(-0.6f, 1.0f, 0.75f));
    float lit = dot(hit.normal, light);
    if (lit < 0.0f || trace(point, light, &block)) lit = 0.0f;
    Vec albedo = times(hit.colour, hit.colour);
    Vec colour = scale(albedo, 0.22f + 0.90f * lit);
    Vec bounce = reflect(dir, hit.normal);
    float shine = lit > 0.0f ? powf(fmaxf(dot(bounce, light), 0.0f), 60.0f) : 0.0f;
    colour = add(colour, vec(shine, shine, shine));
    if (depth > 0 && hit.mirror > 0.0f) {
        Vec seen = times(shade(point, bounce, depth - 1), vec(0.98f, 0.98f, 1.0f));
        colour = add(scale(colour, 1.0f - hit.mirror), scale(seen, hit.mirror));
    }
    float haze = fminf(hit.distance / 40.0f, 1.0f);
    return add(scale(colour, 1.0f - haze), scale(sky(dir), haze));
}

static uint8_t level(float value) {
    float gamma = sqrtf(fminf(fmaxf(value, 0.0f), 1.0f));
    return (uint8_t)(gamma * 255.0f + 0.5f);
}

static void render(uint8_t *rgb, int width, int height, int samples) {
    Vec eye = vec(0.0f, 1.75f, 7.4f);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            Vec sum = vec(0, 0, 0);
            for (int s = 0; s < samples * samples; s++) {
                float sx = (x + (s % samples + 0.5f) / samples) / width - 0.5f;
                float sy = (y + (s / samples + 0.5f) / samples) / height - 0.5f;
                Vec dir = unit(vec(sx * 1.5f, -sy * 1.5f * height / width - 0.14f, -1.75f));
                sum = add(sum, shade(eye, dir, 4));
            }
            Vec mean = scale(sum, 1.0f / (samples * samples));
            uint8_t *p = rgb + 3 * (y * width + x);
            p[0] = level(mean.x), p[1] = level(mean.y), p[2] = level(mean.z);
        }
}

// Two pixels a character: the upper half block's colour over the background's.
static void draw_colours(const uint8_t *rgb, int width, int height) {
    for (int y = 0; y + 1 < height; y += 2) {
        for (int x = 0; x < width; x++) {
            const uint8_t *a = rgb + 3 * (y * width + x), *b = a + 3 * width;
            printf("\x1b[38;2;%d;%d;%dm\x1b[48;2;%d;%d;%dm\u2580", a[0], a[1], a[2], b[0], b[1], b[2]);
        }
        printf("\x1b[0m\n");
    }
}

static void draw_characters(const uint8_t *rgb, int width, int height) {
    const char *ramp = " .:-=+*#%@";
    for (int y = 0; y + 1 < height; y += 2) {
        for (int x = 0; x < width; x++) {
            const uint8_t *p = rgb + 3 * (y * width + x);
            putchar(ramp[(p[0] * 3 + p[1] * 6 + p[2]) / 10 * 9 / 255]);
        }
        putchar('\n');
    }
}

static uint32_t crc(uint32_t crc, const uint8_t *p, size_t n) {
    for (crc = ~crc; n--; p++) {
        crc ^= *p;
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static void big_endian(uint8_t *p, uint32_t v) {
    p[0] = v >> 24, p[1] = v >> 16, p[2] = v >> 8, p[3] = v;
}

static void chunk(FILE *file, const char *name, uint8_t *data, size_t n) {
    uint8_t word[4];
    big_endian(word, n), fwrite(word, 1, 4, file);
    memcpy(data, name, 4), fwrite(data, 1, n + 4, file);
    big_endian(word, crc(0, data, n + 4)), fwrite(word, 1, 4, file);
}

// A PNG whose deflate stream stores its rows uncompressed: room for the chunk's name comes first.
static int write_png(const char *path, const uint8_t *rgb, int width, int height) {
    FILE *file = fopen(path, "wb");
    if (!file) { perror(path); return 1; }
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    uint8_t head[4 + 13] = {0};
    big_endian(head + 4, width), big_endian(head + 8, height);
    head[12] = 8, head[13] = 2;
    chunk(file, "IHDR", head, 13);
    size_t row = 1 + 3 * width, n = 2 + height * (row + 5) + 4;
    uint8_t *data = calloc(1, n + 4), *p = data + 4;
    uint32_t a = 1, b = 0;
    *p++ = 0x78, *p++ = 0x01;
    for (int y = 0; y < height; y++) {
        *p++ = y == height - 1;
        p[0] = row, p[1] = row >> 8, p[2] = ~row, p[3] = ~row >> 8, p += 4;
        *p = 0, memcpy(p + 1, rgb + 3 * y * width, row - 1);
        for (size_t i = 0; i < row; i++) a = (a + p[i]) % 65521, b = (b + a) % 65521;
        p += row;
    }
    big_endian(p, b << 16 | a);
    chunk(file, "IDAT", data, n);
    uint8_t end[4];
    chunk(file, "IEND", end, 0);
    free(data);
    if (fclose(file)) { perror(path); return 1; }
    printf("wrote %s, %d by %d\n", path, width, height);
    return 0;
}

int main(int argc, char **argv) {
    const char *output = NULL, *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 96;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc) output = argv[++i];
        else if (atoi(argv[i]) > 0) width = atoi(argv[i]);
        else { fprintf(stderr, "usage: rays [WIDTH] [-o FILE.png]\n"); return 2; }
    }
    if (width < 16 || width > 4000) { fprintf(stderr, "rays: a width is from 16 to 4000\n"); return 2; }
    int height = width * 9 / 16 & ~1;
    uint8_t *rgb = malloc(3 * width * height);
    render(rgb, width, height, 4);
    if (output) return write_png(output, rgb, width, height);
    const char *no_color = getenv("NO_COLOR");
    (no_color && *no_color ? draw_characters : draw_colours)(rgb, width, height);
    return 0;
}
