// Buffers for matrices: large blocks come from mmap, aligned to huge pages and advised to use them, and a few
// released ones are kept, since faulting in pages costs more than filling them.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "CKernels.h"

#define HUGE_PAGE ((size_t)2 << 20)
#define CACHE_SLOTS 32
#define CACHE_BYTES ((size_t)1 << 30)

typedef struct {
    void *block;
    size_t bytes;
} cached_block;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cached_block cache[CACHE_SLOTS];
static size_t cached_bytes, lent_bytes, peak_bytes;

static size_t block_bytes(size_t words) {
    size_t bytes = 4 * words;
    if (bytes < 64) return 64;
    if (bytes < HUGE_PAGE) return (bytes + 63) & ~(size_t)63;
    return (bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

static void *map_block(size_t bytes) {
    size_t span = bytes + HUGE_PAGE;
    char *start = mmap(NULL, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *aligned = (char *)(((uintptr_t)start + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    if (aligned != start) munmap(start, (size_t)(aligned - start));
    size_t after = (size_t)(start + span - (aligned + bytes));
    if (after != 0) munmap(aligned + bytes, after);
#ifdef MADV_HUGEPAGE
    madvise(aligned, bytes, MADV_HUGEPAGE);
#endif
    return aligned;
}

/// Takes a cached block of exactly this size, or NULL. The lock is held.
static void *take_cached(size_t bytes) {
    for (int i = 0; i < CACHE_SLOTS; ++i) {
        if (cache[i].block == NULL || cache[i].bytes != bytes) continue;
        void *block = cache[i].block;
        cache[i].block = NULL;
        cached_bytes -= bytes;
        return block;
    }
    return NULL;
}

static void account(size_t bytes) {
    lent_bytes += bytes;
    if (lent_bytes > peak_bytes) peak_bytes = lent_bytes;
}

static uint32_t *acquire(size_t words, bool zeroed) {
    if (words > SIZE_MAX / 8) return NULL;
    size_t bytes = block_bytes(words);
    void *block = NULL;
    bool dirty = true;
    if (bytes < HUGE_PAGE) {
        block = aligned_alloc(64, bytes);
    } else {
        pthread_mutex_lock(&lock);
        block = take_cached(bytes);
        pthread_mutex_unlock(&lock);
        if (block == NULL) {
            block = map_block(bytes);
            dirty = false;
        }
    }
    if (block == NULL) return NULL;
    if (zeroed && dirty) memset(block, 0, bytes);
    pthread_mutex_lock(&lock);
    account(bytes);
    pthread_mutex_unlock(&lock);
    return block;
}

uint32_t *ck_buffer_acquire(size_t words) { return acquire(words, true); }

uint32_t *ck_buffer_acquire_dirty(size_t words) { return acquire(words, false); }

void ck_buffer_release(uint32_t *buffer, size_t words) {
    if (buffer == NULL) return;
    size_t bytes = block_bytes(words);
    pthread_mutex_lock(&lock);
    lent_bytes -= bytes;
    bool kept = false;
    if (bytes >= HUGE_PAGE && cached_bytes + bytes <= CACHE_BYTES) {
        for (int i = 0; i < CACHE_SLOTS && !kept; ++i) {
            if (cache[i].block != NULL) continue;
            cache[i] = (cached_block){buffer, bytes};
            cached_bytes += bytes;
            kept = true;
        }
    }
    pthread_mutex_unlock(&lock);
    if (kept) return;
    if (bytes >= HUGE_PAGE)
        munmap(buffer, bytes);
    else
        free(buffer);
}

size_t ck_buffer_bytes(void) {
    pthread_mutex_lock(&lock);
    size_t bytes = lent_bytes;
    pthread_mutex_unlock(&lock);
    return bytes;
}

size_t ck_buffer_peak_bytes(void) {
    pthread_mutex_lock(&lock);
    size_t bytes = peak_bytes;
    pthread_mutex_unlock(&lock);
    return bytes;
}

size_t ck_buffer_reset_peak(void) {
    pthread_mutex_lock(&lock);
    peak_bytes = lent_bytes;
    size_t bytes = lent_bytes;
    pthread_mutex_unlock(&lock);
    return bytes;
}

void ck_buffer_trim(void) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < CACHE_SLOTS; ++i) {
        if (cache[i].block != NULL) munmap(cache[i].block, cache[i].bytes);
        cache[i] = (cached_block){NULL, 0};
    }
    cached_bytes = 0;
    pthread_mutex_unlock(&lock);
}
