/* What holds for every message type of proto/, for the targets that read messages. */
#ifndef SAMME_FUZZ_WIRED_H
#define SAMME_FUZZ_WIRED_H

#include "wire/mapping.h"

/* Bytes from outside: walked and unpacked alike, packed and written as JSON without loss. */
void fuzz_packed(const ProtobufCMessageDescriptor *type, samme_span bytes);
/* A message that was read from text: neither JSON nor packing loses anything of it. */
void fuzz_mapped(const ProtobufCMessage *message);

#endif
