int samme_planted(void);
int samme_planted(void) {
    return 2;
}
