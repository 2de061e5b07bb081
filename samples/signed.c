/* Calls a library with a signed PLT; see libsigned.c. */
void signed_calls(void);

int main(void) {
    signed_calls();
    return 0;
}
