/*
 * libc's own plug-ins: name services (NSS) and character sets (gconv) are libraries that libc opens
 * itself.
 */
#include <iconv.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>

int main(void) {
    struct passwd *user = getpwnam("root");
    struct addrinfo *address = NULL;
    char in[] = "gr\xc3\xbc\xc3\x9f";
    char out[32];
    char *from = in;
    char *to = out;
    size_t left = sizeof in - 1;
    size_t room = sizeof out;
    iconv_t convert = iconv_open("ISO-8859-15", "UTF-8");

    printf("root has home %s\n", user ? user->pw_dir : "nowhere");
    printf("localhost %d\n", getaddrinfo("127.0.0.1", "80", NULL, &address));
    if (address)
        freeaddrinfo(address);
    printf("charset %s\n", convert == (iconv_t)-1 ? "unknown" : "known");
    if (convert != (iconv_t)-1) {
        int result = (int)iconv(convert, &from, &left, &to, &room);
        printf("converted %d, %d bytes, %02x\n", result, (int)(sizeof out - room),
               (unsigned char)out[2]);
    }
    return 0;
}
