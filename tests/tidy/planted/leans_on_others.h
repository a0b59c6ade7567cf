/* Wrong on purpose: nothing here says what a uint8_t is. The test headers_can_fail reads it. */
#ifndef LEANS_ON_OTHERS_H
#define LEANS_ON_OTHERS_H

uint8_t leans_on_others(void);

#endif
