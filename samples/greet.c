/* The user of a library (libgreet.c): calls its function and changes its variable. */
extern const char *greet_name;
int greet(const char *greeting);

int main(void) {
    greet("hello");
    greet_name = "library";
    return greet("good day");
}
