/* With once_there.c: what the test once_can_fail must find. */
int samme_planted(void);
int samme_planted(void) {
    return 1;
}
