#include "crypto/hash.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Fetching the algorithm and making a context cost more than hashing an entry, so the algorithm is
 * fetched once a process and each thread keeps one context, which ends with the thread. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static pthread_key_t context_key;

static void free_context(void *context) {
    EVP_MD_CTX_free(context);
}

static void start(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL || pthread_key_create(&context_key, free_context) != 0)
        abort();
}

static EVP_MD_CTX *context_of_thread(void) {
    pthread_once(&once, start);
    EVP_MD_CTX *context = pthread_getspecific(context_key);
    if (context != NULL)
        return context;
    context = EVP_MD_CTX_new();
    if (context == NULL || pthread_setspecific(context_key, context) != 0)
        abort();
    return context;
}

static void update(EVP_MD_CTX *context, samme_span bytes) {
    if (bytes.length > 0 && EVP_DigestUpdate(context, bytes.data, bytes.length) != 1)
        abort();
}

samme_hash samme_sha256_of(samme_span a, samme_span b, samme_span c) {
    EVP_MD_CTX *context = context_of_thread();
    samme_hash hash;
    if (EVP_DigestInit_ex2(context, sha256, NULL) != 1)
        abort();
    update(context, a);
    update(context, b);
    update(context, c);
    if (EVP_DigestFinal_ex(context, hash.bytes, NULL) != 1)
        abort();
    return hash;
}

samme_hash samme_sha256(samme_span bytes) {
    return samme_sha256_of(bytes, SAMME_SPAN(NULL, 0), SAMME_SPAN(NULL, 0));
}
